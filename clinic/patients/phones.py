"""Phone numbers as people give them."""

from django.core.exceptions import ValidationError
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, is_possible_number


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
