"""Serializer fields that take what the schema says and nothing else."""

import re
import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import Model, QuerySet
from rest_framework import serializers

from clinic.api.objects.texts import LineField, TextField
from clinic.assessments.record.results import as_json
from clinic.instruments.items.answers import as_answer
from clinic.instruments.items.parsing import MOST_ITEMS
from clinic.instruments.items.parts import Answer
from clinic.instruments.reading import LARGEST, as_plain
from clinic.staff.models import Tag
from clinic.staff.tags.words import UnknownTag, all_tags, ids_by_word, ids_of
from clinic.text.faults import Fault

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,2})?", re.ASCII)
LONGEST_INTEGER = 12  # digits: more than any that we take
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class TypenameField(serializers.ReadOnlyField):
    """The constant by which generated clients tell objects apart."""

    def __init__(self, typename: str) -> None:
        super().__init__()
        self.typename = typename

    def get_attribute(self, instance: Any) -> str:
        return self.typename


class DayField(serializers.DateField):
    """A day as YYYY-MM-DD and in no other spelling."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class UuidField(serializers.UUIDField):
    """A UUID in its usual spelling of 36 characters."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str) or not UUID.fullmatch(data):
            self.fail("invalid", value=data)
        return uuid.UUID(data)


class FlagField(serializers.BooleanField):
    """True or false as JSON has them: BooleanField would take 1, "yes" and others."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": "Send true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class VersionField(serializers.IntegerField):
    """The version that an edit started from: a JSON integer, which 3.0 is too."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, Decimal) and data.adjusted() < LONGEST_INTEGER and data == data.to_integral_value():
            data = int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class ScoreField(serializers.DecimalField):
    """A score as a JSON number; a number written as text is taken too."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return serializers.Field.validate_empty_values(self, data)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, str) and not NUMBER.fullmatch(data):
            self.fail("invalid")
        if isinstance(data, bool) or not isinstance(data, str | int | float | Decimal):
            self.fail("invalid")
        return super().to_internal_value(data)

    def to_representation(self, value: Any) -> Any:
        return int(value) if value == value.to_integral_value() else float(value)


class RecordField(UuidField):
    """A record of this clinic by its id; what the record already refers to may be sent back unchanged.

    `rows` gives those that may be chosen; `unknown` says what an id of none of them is. A serializer that reads many
    rows looks each up once.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]], unknown: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows = rows
        self.error_messages[Fault.UNKNOWN] = unknown
        self.looked_up: dict[uuid.UUID, Any] = {}

    def get_attribute(self, instance: Model) -> Any:
        return getattr(instance, f"{self.source}_id")

    def to_internal_value(self, data: Any) -> Any:
        key = super().to_internal_value(data)
        changed = getattr(self.parent, "instance", None)
        if changed is not None and self.get_attribute(changed) == key:
            return getattr(changed, str(self.source))
        found = self.chosen(key)
        if found is None:
            self.fail(Fault.UNKNOWN)
        return found

    def chosen(self, key: uuid.UUID) -> Any:
        """The record of that id among those that may be chosen, or None."""
        if key not in self.looked_up:
            self.looked_up[key] = self.rows().filter(pk=key).first()
        return self.looked_up[key]


def field_for(declared: Any) -> serializers.Field[Any, Any, Any, Any]:
    """The serializer's field of a model's, where a serializer declares none of its own."""
    has_default = declared.has_default() or declared.blank or declared.null
    ways: dict[str, Any] = {"required": not has_default}
    ways |= {"help_text": declared.help_text} if declared.help_text else {}
    if declared.choices:
        choices = _choices(declared)
        return serializers.ChoiceField(
            choices=[each for each in choices if each[0]], allow_blank="" in dict(choices), **ways
        )
    if isinstance(declared, models.TextField | models.CharField):
        text = TextField if isinstance(declared, models.TextField) else LineField
        return text(max_length=declared.max_length, allow_blank=declared.blank, **ways)
    kind = serializers.ModelSerializer.serializer_field_mapping[type(declared)]
    return kind(allow_null=declared.null, **ways)


@cache
def _choices(declared: Any) -> list[tuple[Any, Any]]:
    """Those of a model's field, worked out once: languages are many."""
    choices: list[tuple[Any, Any]] = declared.flatchoices
    return choices


class TagsField(serializers.ListField):
    """The clinic's tags by their words; the record keeps their ids."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=LineField(max_length=40), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        words = super().to_internal_value(data)
        try:
            return ids_of(words, ids_by_word(self._tags)) if words else []
        except UnknownTag as error:
            raise serializers.ValidationError(str(error), code=Fault.UNKNOWN) from error

    def to_representation(self, value: Any) -> Any:
        return [tag.word for tag in self._tags if tag.pk in value] if value else []

    @property
    def _tags(self) -> list[Tag]:
        """All of the clinic, read once for all rows."""
        context: Any = self.context
        if "tags" not in context:
            context["tags"] = all_tags()
        tags: list[Tag] = context["tags"]
        return tags


class AnswersField(serializers.Field[Any, Any, Any, Any]):
    """Answers by item code, each as its item takes it; null for none. The instrument decides which are right."""

    default_error_messages = {
        "invalid": "Send an object of item codes with answers or null.",
        "number": "The answer to item {code} must be a number between -{most} and {most}, or null.",
        Fault.PLACES: "The answer to item {code} must be a number of at most two decimal places, or null.",
        "kind": "The answer to item {code} must be a number, text, true or false, a list of options, or null.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Answer | None]:
        if not isinstance(data, dict) or len(data) > MOST_ITEMS:
            self.fail("invalid")
        found: dict[str, Answer | None] = {}
        for code, value in data.items():
            found[code] = None if value is None else as_answer(value)
            if value is not None and found[code] is None:
                self._refuse(code, value if isinstance(value, list) else [value])
        return found

    def _refuse(self, code: str, values: list[Any]) -> NoReturn:
        numbers = [each for each in values if isinstance(each, int | float | Decimal) and not isinstance(each, bool)]
        if not numbers or len(numbers) < sum(not isinstance(each, str) for each in values):
            self.fail("kind", code=code)
        if all(-LARGEST <= each <= LARGEST for each in numbers):
            self.fail(Fault.PLACES, code=code)
        self.fail("number", code=code, most=f"{LARGEST:,}")

    def to_representation(self, value: Any) -> Any:
        return value


class AnswerField(serializers.ReadOnlyField):
    """An answer as JSON has it."""

    def to_representation(self, value: Any) -> Any:
        return as_plain(value)


class InstrumentField(LineField):
    """An instrument's id; null on a free assessment."""

    def to_representation(self, value: Any) -> Any:
        return value or None


class NumberField(serializers.ReadOnlyField):
    """A whole number or a decimal that is computed, as a JSON number."""

    def to_representation(self, value: Any) -> Any:
        return as_json(value)


class RangeField(serializers.ReadOnlyField):
    """The least and the most that a total can be; null where there is nothing to add up."""

    def to_representation(self, value: Any) -> Any:
        return [as_json(end) for end in value]
