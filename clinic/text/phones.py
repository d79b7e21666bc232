"""Phone numbers as people give them, as they are kept, and as they are shown."""

import re
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from phonenumber_field.modelfields import PhoneNumberDescriptor, PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import (
    CountryCodeSource,
    NumberParseException,
    PhoneNumberFormat,
    ValidationResult,
    example_number,
    format_number,
    is_possible_number,
    is_possible_number_with_reason,
    is_valid_short_number_for_region,
    national_significant_number,
)

from clinic.text.home import phone_region, trunk_prefix
from clinic.text.signs import plain

NUMBER = re.compile(r"[\d ()+./-]*\d[ )]*")
# The words for an extension: English, French, German, Spanish, Italian, Dutch, Polish, Portuguese, Russian.
EXTENSION = re.compile(
    r"(?P<number>[\d ()+./-]*\d\)?)[ ,;(]*(?:ext(?:ension|n)?|x|#|poste|durchwahl|dw|"
    r"anexo|int(?:erno)?|toestel|tst|wew|ramal|доб)[.:= ]*(?P<extension>\d{1,11})[#)]?"
)
UNREADABLE = "Write a whole phone number, with +country code if it is from abroad."


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
    return number_text(getattr(patient, name))


def number_text(number: Any) -> str:
    """A number that was read as it is kept, "" for none; asking it whether it is empty would write it out first."""
    return str(number.raw_input) if isinstance(number, PhoneNumber) else ""


@lru_cache(maxsize=4096)
def _shape(start: str, digits: int) -> str:
    """How a number that begins so is written in full, with its last four digits as zeros."""
    return str(PhoneNumber.from_string(start + "0" * digits).as_international)


def international(number: str) -> str:
    """An E.164 number as it is written: "+44 7700 900123". A long one is parted whatever its last digits are."""
    if not number.startswith("+"):  # a short number of the region, which has no country
        return number
    if len(number) < 12:
        return str(PhoneNumber.from_string(number).as_international)
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


def parted(text: str) -> tuple[str, str]:
    """A number in `plain` signs, and the extension behind it in digits: "020 7946 0018", "12"."""
    found = EXTENSION.fullmatch(text.lower())
    return (found["number"], found["extension"]) if found else (text, "")


def parse_phone(text: str) -> PhoneNumber | None:
    """The number that `text` names, with its `extension`, read as the clinic's country does; None for an empty one.

    A number is accepted when its country has numbers of that length: new ranges come into use before the tables
    of `phonenumbers` know them, and a number that is refused is a patient who is not called back. One without its area
    code is asked for whole, for with a country before it it would be somebody else's; a short one that the region has,
    such as 116 123, is kept as it is. Raises ValidationError for anything else.
    """
    simple, extension = parted(plain(text).removeprefix("tel:"))
    if not simple:
        return None
    if not NUMBER.fullmatch(simple):
        raise ValidationError(UNREADABLE, code="invalid")
    region = phone_region()
    try:
        number = PhoneNumber.from_string(simple, region)
    except NumberParseException as error:
        raise ValidationError(UNREADABLE, code="invalid") from error
    whole = is_possible_number_with_reason(number)
    if whole != ValidationResult.IS_POSSIBLE and is_valid_short_number_for_region(number, region):
        return PhoneNumber.from_string("".join(re.findall(r"\d", simple)), region)
    if not is_possible_number(number):
        raise ValidationError(UNREADABLE, code="invalid")
    if _without_area(simple, number, region):
        example = format_number(example_number(region) or number, PhoneNumberFormat.NATIONAL)
        message = f"Write the number with its area code, such as {example}, or with +country code."
        raise ValidationError(message, code="local")
    number.raw_input, number.extension = number.as_e164, extension or None  # as if it had been typed so
    number.country_code_source = CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN
    return number


def _without_area(typed: str, number: PhoneNumber, region: str) -> bool:
    """Whether a number, typed without its country, is one that is dialled only within some town of the region."""
    if typed.startswith("+"):
        return False
    whole = _usual_length(region) or len(national_significant_number(number))
    short = len(national_significant_number(number)) < whole and not number.is_valid()
    local = is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    return local or (short and not typed.startswith(trunk_prefix() or "+"))


@lru_cache
def _usual_length(region: str) -> int:
    """How many digits a number of the region has without its country; 0 where that is not known."""
    example = example_number(region)
    return len(national_significant_number(example)) if example else 0


def parse_extension(text: str) -> str:
    """The digits of an extension; raises ValidationError for anything else."""
    simple = plain(text)
    if simple and not re.fullmatch(r"\d{1,11}", simple):
        raise ValidationError("Write the extension in digits, 11 at most.", code="invalid")
    return simple


def shown(number: str, extension: str) -> str:
    """A stored number as it is written: "+44 20 7946 0018 ext. 12"."""
    return f"{international(number)} ext. {extension}" if number and extension else international(number)


def dialled(number: str, extension: str) -> str:
    """The address that dials a stored number, empty for none; the extension follows once somebody answers."""
    return f"tel:{number};ext={extension}" if number and extension else f"tel:{number}" if number else ""
