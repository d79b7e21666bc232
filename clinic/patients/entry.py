"""What is read of several fields of a patient together, by the form and by JSON alike."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from phonenumber_field.phonenumber import PhoneNumber

from clinic.patients.models import UNNAMED, BirthPrecision, Patient, Status
from clinic.text.faults import Fault
from clinic.text.full_names import family_first
from clinic.text.phones import parse_phone, stored

EXTENSIONS = {"phone_number": "phone_extension", "second_phone_number": "second_phone_extension"}
TWO_EXTENSIONS = "The number has another extension behind it. Write it once."
NO_STATUS = "Only who is discharged or deceased is so since a day."
CONTRADICTS = "“unknown” is for who has no date of birth, and for nobody else."
NO_NUMBER = "An extension needs a number."


def read_together(values: dict[str, Any], patient: Patient | None = None) -> dict[str, Any]:
    """`values` of a patient's fields, each clean, with what one of them says of another.

    "Okonkwo, Adaeze" says the family name too, and a phone number its extension. A number that takes the place of
    another loses what was behind that. Raises ValidationError by field.
    """
    found = dict(values)
    if not values.get("full_name", "").startswith(UNNAMED) and (parts := family_first(values.get("full_name", ""))):
        found["full_name"] = parts[0]
        found["family_name"] = values.get("family_name") or parts[1]
    if "status" in found:
        found["status"] = found["status"] or Status.ACTIVE.value
    status = found.get("status", patient.status if patient else Status.ACTIVE)
    since = values.get("status_on", patient.status_on if patient else None)
    if since and status == Status.ACTIVE:
        raise _together("status_on", NO_STATUS)
    if since and since > timezone.localdate():
        raise ValidationError({"status_on": ValidationError("This day is in the future.", code=Fault.DAY)})
    for name, extension in EXTENSIONS.items():
        found |= _with_extension(found, name, extension, patient)
    return found


def read_birth(values: dict[str, Any], patient: Patient | None = None) -> dict[str, Any]:
    """A date of birth and how well it is known, each as what is written, or stored, of the other has it.

    Raises ValidationError where they contradict each other.
    """
    if not {"date_of_birth", "date_of_birth_precision"} & set(values):
        return {}
    born = values.get("date_of_birth", patient.date_of_birth if patient else None)
    kept = patient.date_of_birth_precision if patient and patient.date_of_birth else BirthPrecision.EXACT
    said = values.get("date_of_birth_precision", kept if born else BirthPrecision.NOT_KNOWN)
    precision = BirthPrecision(said)
    if (born is None) != (precision == BirthPrecision.NOT_KNOWN):
        raise _together("date_of_birth_precision", CONTRADICTS)
    return {"date_of_birth": born and precision.known_of(born), "date_of_birth_precision": precision.value}


def _together(field: str, message: str) -> ValidationError:
    return ValidationError({field: ValidationError(message, code=Fault.TOGETHER)})


def unnamed(now: datetime) -> dict[str, str]:
    """What somebody is called whose name nobody knows: two who come in together are a minute apart, or told apart."""
    return {"full_name": f"{UNNAMED}, {date_format(now, 'j F Y, H:i')}", "family_name": UNNAMED.partition(" ")[0]}


def _with_extension(values: dict[str, Any], name: str, field: str, patient: Patient | None) -> dict[str, Any]:
    """A number without its extension, and the extension in its own field, where one of the two is written."""
    if name not in values and field not in values:
        return {}
    before = stored(patient, name) if patient else ""
    number = given = values.get(name, before)
    typed = ""
    if isinstance(number, PhoneNumber):
        typed, number = number.extension or "", str(number.raw_input)
    kept = getattr(patient, field) if patient and number == before else ""
    said = values.get(field, typed or kept)
    if field in values and said and typed not in ("", said):
        raise _together(field, TWO_EXTENSIONS)
    if field in values and said and not number:
        raise _together(field, NO_NUMBER)
    is_read = isinstance(given, PhoneNumber) and not typed
    read: dict[str, Any] = {name: given if is_read else parse_phone(number) or ""} if name in values else {}
    return {**read, field: typed or said if number else ""}
