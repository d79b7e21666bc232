"""What every serializer of ours has in common."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, ClassVar, cast

from django.core.exceptions import ObjectDoesNotExist
from rest_framework import serializers

from clinic.access import Permission
from clinic.api.objects.fields import TagsField, TypenameField
from clinic.api.reading.chosen import chosen_of

Fields = dict[str, Any]
# What asks the serializer that it stands in: for its methods, its context or the request.
OWN = (serializers.BaseSerializer, serializers.SerializerMethodField, TagsField)


@cache
def _fields_of(kind: "type[StrictSerializer]") -> Fields:
    """The fields of a class, worked out once; each serializer has copies."""
    declared = serializers.Serializer.get_fields(kind())
    return kind.completed({"__typename": TypenameField(kind.typename), **declared})


@cache
def _answered_by(kind: "type[StrictSerializer]") -> Fields:
    """The fields that are answered, in their order; they serve all serializers of the class but those of OWN."""
    return {name: field for name, field in kind().fields.items() if not field.write_only}


def _reader(field: Any) -> Callable[[Any], Any]:
    """How a record's value of a field is read: straight, where REST framework's own way would come to the same.

    That looks for each value whether something on the way is a mapping or wants to be called: a tenth of a list's time.
    """
    if type(field).get_attribute is not serializers.Field.get_attribute or not field.source_attrs:
        return cast(Callable[[Any], Any], field.get_attribute)
    straight = attrgetter(field.source)

    def read(instance: Any) -> Any:
        try:
            value = straight(instance)
        except (AttributeError, ObjectDoesNotExist):
            return field.get_attribute(instance)
        return field.get_attribute(instance) if callable(value) else value

    return read


class StrictSerializer(serializers.Serializer[Any]):
    """Begins with `__typename`, and refuses fields that it does not have, by name.

    What becomes of read-only fields that are sent is for the views to say.
    A field of `needs` is null for who lacks its permission. One of `own_words` holds what somebody put in their own
    words, which may name a patient: it is null for who may see no patients. A reading request shows the `fields` that
    it names; what stands inside another object is always whole.
    """

    typename: ClassVar[str]
    needs: ClassVar[dict[str, Permission]] = {}
    own_words: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = kwargs.get("context", {}).get("request")
        self.chosen = chosen_of(request, self.readable_names) if request is not None else None

    @property
    def readable_names(self) -> list[str]:
        """What of an object can be read."""
        return list(_answered_by(type(self)))

    @classmethod
    def completed(cls, fields: Fields) -> Fields:
        """The fields of the class, from those that it declares."""
        return fields

    def get_fields(self) -> Fields:
        return deepcopy(_fields_of(type(self)))

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for name, field, read in self._answered:
            try:
                value = read(instance)
            except serializers.SkipField:
                continue
            shown[name] = None if value is None else field.to_representation(value)
        return shown | dict.fromkeys(self.hidden_fields) if self.hidden_fields else shown

    @cached_property
    def _answered(self) -> list[tuple[str, Any, Callable[[Any], Any]]]:
        """The fields that are shown, by name, and how a record's value is read."""
        fields = _answered_by(type(self)).items()
        shown = [(name, self._own(name, field)) for name, field in fields if self._is_shown(name)]
        return [(name, field, _reader(field)) for name, field in shown]

    def _own(self, name: str, field: Any) -> Any:
        if not isinstance(field, OWN):
            return field
        copied = deepcopy(field)
        copied.bind(name, self)
        return copied

    def _is_shown(self, name: str) -> bool:
        return self.chosen is None or name in self.chosen

    @cached_property
    def hidden_fields(self) -> list[str]:
        """The names of what whoever asks may not see: without a request all that takes a permission."""
        request = self.context.get("request")
        permissions = request._request.permissions if request is not None else frozenset()
        needs = [*self.needs.items(), *((name, Permission.PATIENTS_VIEW) for name in self.own_words)]
        return [name for name, permission in needs if permission not in permissions and self._is_shown(name)]

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
