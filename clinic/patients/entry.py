"""What is read of several fields of a patient together, by the form and by JSON alike."""

from typing import Any

from django.core.exceptions import ValidationError
from phonenumber_field.phonenumber import PhoneNumber

from clinic.patients.models import Patient
from clinic.text.full_names import family_first
from clinic.text.phones import parse_phone, stored

EXTENSIONS = {"phone_number": "phone_extension", "second_phone_number": "second_phone_extension"}
TWO_EXTENSIONS = "The number has another extension behind it. Write it once."
NO_NUMBER = "An extension needs a number."


def read_together(values: dict[str, Any], patient: Patient | None = None) -> dict[str, Any]:
    """`values` of a patient's fields, each clean, with what one of them says of another.

    "Okonkwo, Adaeze" says the family name too, and a phone number its extension. A number that takes the place of
    another loses what was behind that. Raises ValidationError by field.
    """
    found = dict(values)
    if parts := family_first(values.get("full_name", "")):
        found["full_name"] = parts[0]
        found["family_name"] = values.get("family_name") or parts[1]
    for name, extension in EXTENSIONS.items():
        found |= _with_extension(found, name, extension, patient)
    return found


def _with_extension(values: dict[str, Any], name: str, field: str, patient: Patient | None) -> dict[str, Any]:
    """A number without its extension, and the extension in its own field, where one of the two is written."""
    if name not in values and field not in values:
        return {}
    before = stored(patient, name) if patient else ""
    number = values.get(name, before)
    typed = ""
    if isinstance(number, PhoneNumber):
        typed, number = number.extension or "", str(number.raw_input)
    kept = getattr(patient, field) if patient and number == before else ""
    said = values.get(field, typed or kept)
    if field in values and said and typed not in ("", said):
        raise ValidationError({field: TWO_EXTENSIONS})
    if field in values and said and not number:
        raise ValidationError({field: NO_NUMBER})
    read: dict[str, Any] = {name: parse_phone(number) or ""} if name in values else {}
    return {**read, field: typed or said if number else ""}
