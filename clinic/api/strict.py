"""What every serializer of ours has in common."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar

from django.utils.functional import cached_property
from rest_framework import serializers

from clinic.api.fields import TypenameField


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not have, by name; read-only ones may be sent back and are ignored."""

    typename: ClassVar[str]

    def get_fields(self) -> dict[str, Any]:
        return {"__typename": TypenameField(self.typename), **super().get_fields()}

    @cached_property
    def _plan(self) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]:
        """Each field's name, how its value is got and how it is written: asked once, not for each record."""
        fields = [field for field in self._readable_fields if field.field_name != "__typename"]
        plain = serializers.Field.get_attribute
        return [
            (
                str(field.field_name),
                attrgetter(str(field.source)) if type(field).get_attribute is plain else field.get_attribute,
                field.to_representation,
            )
            for field in fields
        ]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """As DRF's own, whose look-ups cost more than what they find; what is kept as JSON is read by DRF's."""
        if isinstance(instance, Mapping):
            written: dict[str, Any] = super().to_representation(instance)
            return written
        shown: dict[str, Any] = {"__typename": self.typename}
        for name, get, write in self._plan:
            value = get(instance)
            shown[name] = write(value) if value is not None else None
        return shown

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
