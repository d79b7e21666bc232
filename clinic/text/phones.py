"""Phone numbers as people give them, as they are kept, and as they are shown."""

from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from phonenumber_field.modelfields import PhoneNumberDescriptor, PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, is_possible_number


class LateDescriptor(PhoneNumberDescriptor):
    """Reads a stored number only where somebody asks for it: a list of 25 patients has 50, and shows half of them."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        value = super().__get__(instance, owner)
        if isinstance(value, str) and value:
            value = instance.__dict__[self.field.name] = self.field.to_python(value)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.name] = value


class PhoneField(PhoneNumberField):
    """A phone number, kept as E.164; in migrations it is the package's own."""

    descriptor_class = LateDescriptor

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "phonenumber_field.modelfields.PhoneNumberField", args, kwargs


def stored(patient: Any, name: str) -> str:
    """A number as it is kept, without reading it."""
    value = patient.__dict__.get(name)
    if isinstance(value, str):
        return value
    number = getattr(patient, name)
    return str(number.as_e164) if number else ""


@lru_cache(maxsize=4096)
def _shape(start: str, digits: int) -> str:
    """How a number that begins so is written in full, with its last four digits as zeros."""
    return str(PhoneNumber.from_string(start + "0" * digits).as_international)


def international(number: str) -> str:
    """An E.164 number as it is written: "+44 7700 900123". A long one is parted whatever its last digits are."""
    if len(number) < 12 or not number.startswith("+"):
        return str(PhoneNumber.from_string(number).as_international) if number else ""
    shape, last = _shape(number[:-4], 4), iter(number[-4:])
    tail = shape[len(shape) - _tail(shape) :]
    return shape[: len(shape) - len(tail)] + "".join(next(last) if each == "0" else each for each in tail)


def _tail(shape: str) -> int:
    """How many characters from the end hold the last four digits."""
    digits, at = 0, len(shape)
    while digits < 4:
        at -= 1
        digits += shape[at].isdigit()
    return len(shape) - at


def parse_phone(text: str) -> PhoneNumber | None:
    """The number that `text` names, read as the clinic's region does; None for an empty one.

    A number is accepted when its country has numbers of that length: new ranges come into use before the tables
    of `phonenumbers` know them, and a number that is refused is a patient who is not called back. Raises
    ValidationError for anything else.
    """
    if not text.strip():
        return None
    try:
        number = PhoneNumber.from_string(text)
    except NumberParseException:
        number = None
    if number is None or not is_possible_number(number):
        raise ValidationError("Write a whole phone number, with +country code if it is from abroad.", code="invalid")
    return PhoneNumber.from_string(number.as_e164)
