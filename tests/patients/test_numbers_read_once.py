"""A number that was read is the one that its stored text is read as, in every region."""

import phonenumbers
import pytest
from django.core.exceptions import ValidationError
from phonenumber_field.phonenumber import PhoneNumber

from clinic.text.phones import parse_phone

KINDS = range(11)


def parts(number):
    return {name: value for name, value in vars(number).items() if name != "extension"}


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_number_is_what_its_stored_text_is_read_as(region):
    examples = [phonenumbers.example_number_for_type(region, kind) for kind in KINDS]
    read = 0
    for example in filter(None, examples):
        for written in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
            try:
                number = parse_phone(phonenumbers.format_number(example, written))
            except ValidationError:
                continue
            assert parts(number) == parts(PhoneNumber.from_string(number.raw_input))
            read += 1
    assert read > 0
