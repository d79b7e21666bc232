"""Serializer fields for text, and what the document says of each: `described`."""

import unicodedata
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.fields import empty

from clinic.text.full_names import read_name
from clinic.text.phones import parse_extension, parse_phone, stored
from clinic.text.record_numbers import read_record_number
from clinic.ui.forms import one_line

SOME_SIGN = {"pattern": r"\S"}  # no text of white space alone


def _text(field: serializers.CharField, data: Any) -> Any:
    """`data`, refused where it is there and is not text: CharField would take numbers."""
    if data is not empty and data is not None and not isinstance(data, str):
        field.fail("invalid")
    return data


class TextField(serializers.CharField):
    """Text of several lines, NFC, its line ends made plain."""

    described: ClassVar[dict[str, Any]] = SOME_SIGN

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(_text(self, data))

    def to_internal_value(self, data: Any) -> str:
        return unicodedata.normalize("NFC", super().to_internal_value(data)).replace("\r\n", "\n")


class LineField(serializers.CharField):
    """One line of text, kept as `one_line` says."""

    described: ClassVar[dict[str, Any]] = SOME_SIGN

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(_text(self, data))

    def to_internal_value(self, data: Any) -> str:
        return one_line(super().to_internal_value(data))


class NameField(LineField):
    """A name of a person, read as `read_name` says."""

    described: ClassVar[dict[str, Any]] = {"format": "name"}

    def to_internal_value(self, data: Any) -> str:
        return read_name(super().to_internal_value(data))


class RecordNumberField(LineField):
    """A record number in plain signs."""

    described: ClassVar[dict[str, Any]] = {"format": "record-number"}

    def to_internal_value(self, data: Any) -> str:
        return read_record_number(super().to_internal_value(data))


class ExtensionField(LineField):
    """What is dialled behind a phone number, in digits."""

    described: ClassVar[dict[str, Any]] = {"pattern": "^[0-9]*$"}

    def to_internal_value(self, data: Any) -> str:
        return parse_extension(super().to_internal_value(data))


class PhoneField(serializers.CharField):
    """A phone number however it is written; answered as E.164, empty where there is none."""

    described: ClassVar[dict[str, Any]] = {"format": "phone"}

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(_text(self, data))

    def to_internal_value(self, data: Any) -> Any:
        return parse_phone(super().to_internal_value(data)) or ""

    def get_attribute(self, instance: Any) -> str:
        return stored(instance, str(self.source))

    def to_representation(self, value: str) -> str:
        return value


class SystemField(LineField):
    """Whose number an identifier is."""

    described: ClassVar[dict[str, Any]] = {"format": "identifier-system"}


class ValueField(LineField):
    """The number of an identifier, checked where its authority says how."""

    described: ClassVar[dict[str, Any]] = {"format": "identifier-value"}


class UrlField(TextField):
    """An address of the internet, as `read_target` takes it."""

    described: ClassVar[dict[str, Any]] = {"format": "webhook-address"}
