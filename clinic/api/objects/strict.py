"""What every serializer of ours has in common."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import repeat
from operator import attrgetter, itemgetter
from typing import Any, ClassVar

from django.db.models.manager import BaseManager
from rest_framework import serializers

from clinic.api.objects.columns import Column, column_of, each
from clinic.api.objects.fields import RecordField, TypenameField


class RowsSerializer(serializers.ListSerializer[Any]):
    """Several records at once."""

    def to_representation(self, data: Any) -> list[Any]:
        child: Any = self.child
        return all_rows(type(child), data)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not have, by name; read-only ones may be sent back and are ignored.

    It writes a page of records by columns, by a plan that is made once for its class; what comes out is what REST
    framework's own `to_representation` gives.
    """

    typename: ClassVar[str]

    class Meta:
        list_serializer_class = RowsSerializer

    def get_fields(self) -> dict[str, Any]:
        return {"__typename": TypenameField(self.typename), **super().get_fields()}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return rows(type(self), [instance])[0]

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


Get = Callable[[Any], Any]


def rows(serializer_class: type[StrictSerializer], records: Sequence[Any]) -> list[dict[str, Any]]:
    """The records as JSON objects; all are models or all are mappings, as JSON is kept."""
    mappings = bool(records) and isinstance(records[0], Mapping)
    names, plan = _plan(serializer_class, mappings)
    try:
        columns = [write(map(get, records)) for get, write in plan]
    except KeyError:
        if not mappings:
            raise
        stock, serializer = serializers.Serializer.to_representation, serializer_class()
        return [stock(serializer, record) for record in records]  # what is missing is left out
    return [dict(zip(names, row, strict=True)) for row in zip(repeat(serializer_class.typename), *columns)]


def all_rows(serializer_class: type[StrictSerializer], related: Any) -> list[dict[str, Any]]:
    """The same of records in a list, or of those that a manager gives."""
    records = related.all() if isinstance(related, BaseManager) else related
    return rows(serializer_class, list(records)) if records else []


@cache
def _plan(serializer_class: type[StrictSerializer], mappings: bool) -> tuple[list[str], list[tuple[Get, Column]]]:
    """The fields' names, and of each but the first, which is `__typename`, how it is got and how it is written."""
    fields = list(serializer_class().fields.values())
    shown = [field for field in fields if not field.write_only and not isinstance(field, TypenameField)]
    names = ["__typename", *(str(field.field_name) for field in shown)]
    return names, [(_get(field, mappings), _column(field)) for field in shown]


def _get(field: serializers.Field[Any, Any, Any, Any], mappings: bool) -> Get:
    source = str(field.source)
    if isinstance(field, RecordField):
        return attrgetter(f"{source}_id")
    if type(field).get_attribute is not serializers.Field.get_attribute:
        return field.get_attribute
    return itemgetter(source) if mappings else attrgetter(source)


def _column(field: serializers.Field[Any, Any, Any, Any]) -> Column:
    if isinstance(field, StrictSerializer):
        serializer_class = type(field)
        return each(lambda record: rows(serializer_class, [record])[0])
    if isinstance(field, RowsSerializer):
        child: Any = field.child
        return each(partial(all_rows, type(child)))
    return column_of(field)
