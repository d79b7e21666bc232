"""What every serializer of ours has in common."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from clinic.api.objects.fields import TypenameField


class StrictSerializer(serializers.Serializer[Any]):
    """Begins with `__typename`, and refuses fields that it does not have, by name.

    Read-only fields may be sent back and are ignored.
    """

    typename: ClassVar[str]

    def get_fields(self) -> dict[str, Any]:
        return {"__typename": TypenameField(self.typename), **super().get_fields()}

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
