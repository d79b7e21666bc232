"""What every serializer of ours has in common."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from rest_framework import serializers

from clinic.access import Permission
from clinic.api.objects.fields import TypenameField
from clinic.api.reading.chosen import chosen_of


class StrictSerializer(serializers.Serializer[Any]):
    """Begins with `__typename`, and refuses fields that it does not have, by name.

    What becomes of read-only fields that are sent is for the views to say.
    A field of `needs` is null for who lacks its permission. A reading request shows the `fields` that it names; what
    stands inside another object is always whole.
    """

    typename: ClassVar[str]
    needs: ClassVar[dict[str, Permission]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = kwargs.get("context", {}).get("request")
        if request is not None and "fields" in request.query_params:
            self._leave_out(request)

    def _leave_out(self, request: Any) -> None:
        names = list(self.fields.keys())
        chosen = chosen_of(request, [name for name in names if not self.fields[name].write_only])
        for name in names:
            if name not in chosen:
                del self.fields[name]

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
        needs = [(name, permission) for name, permission in self.needs.items() if name in self.fields]
        return [name for name, permission in needs if permission not in permissions]

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
