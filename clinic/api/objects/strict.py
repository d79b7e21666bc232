"""What every serializer of ours has in common."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from rest_framework import serializers

from clinic.access import Permission
from clinic.api.objects.fields import TypenameField


class StrictSerializer(serializers.Serializer[Any]):
    """Begins with `__typename`, and refuses fields that it does not have, by name.

    Read-only fields may be sent back and are ignored. A field of `needs` is null for who lacks its permission.
    """

    typename: ClassVar[str]
    needs: ClassVar[dict[str, Permission]] = {}

    def get_fields(self) -> dict[str, Any]:
        return {"__typename": TypenameField(self.typename), **super().get_fields()}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | dict.fromkeys(self.hidden_fields) if self.hidden_fields else shown

    @cached_property
    def hidden_fields(self) -> list[str]:
        """The names of what whoever asks may not see: without a request all that takes a permission."""
        request = self.context.get("request")
        permissions = request._request.permissions if request is not None else frozenset()
        return [name for name, permission in self.needs.items() if permission not in permissions]

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        problems: dict[str, Any] = {name: ["There is no such field."] for name in unknown}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not unknown:
                raise
            problems.update(dict(error.detail))  # type: ignore[arg-type]
        if problems:
            raise serializers.ValidationError(problems)
        return values
