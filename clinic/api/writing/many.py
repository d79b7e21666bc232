"""The body of a request that saves many records."""

from typing import Any

from rest_framework import serializers

from clinic.api.objects.fields import FlagField

MOST = 1000  # rows


class BulkSerializer(serializers.Serializer[Any]):
    """The body: the rows, and whether one that is refused keeps all from being saved."""

    all_or_nothing = FlagField(default=False)
    rows = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=MOST)

    def to_internal_value(self, data: Any) -> Any:
        if unknown := [name for name in data if name not in self.fields]:
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)
