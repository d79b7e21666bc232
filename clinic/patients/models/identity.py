"""A patient as the matcher sees them, and the keys under which others who may be them are found."""

from datetime import date
from typing import TYPE_CHECKING

from clinic.matching.keys import match_keys
from clinic.matching.person import ABOUT, DAY, MONTH, YEAR, Person, person
from clinic.patients.models.birth_dates import BirthPrecision
from clinic.patients.models.particulars import UNNAMED
from clinic.text.identifiers import compared
from clinic.text.phones import stored

if TYPE_CHECKING:
    from clinic.patients.models.patient import Patient

# What the matcher reads: whoever writes one of these writes the keys too.
IDENTIFYING = (
    "full_name", "family_name", "gender", "date_of_birth", "date_of_birth_precision", "phone_number",
    "second_phone_number", "address", "record_number",
    "identifiers", "email", "sex",
)  # fmt: skip
KNOWN = {
    BirthPrecision.EXACT: DAY,
    BirthPrecision.MONTH: MONTH,
    BirthPrecision.YEAR: YEAR,
    **dict.fromkeys([*BirthPrecision.estimates(), BirthPrecision.NOT_KNOWN], ABOUT),
}
SEXES = ("female", "male")  # what else a record says of gender tells nobody from another


def person_of(patient: "Patient") -> Person:
    born = patient._meta.get_field("date_of_birth").to_python(patient.date_of_birth)
    numbers = (stored(patient, "phone_number"), stored(patient, "second_phone_number"))
    return person_of_values(
        patient.full_name, patient.family_name, patient.gender, born, patient.date_of_birth_precision, *numbers,
        patient.address, patient.record_number, patient.identifiers, patient.email, patient.sex,
    )  # fmt: skip


def person_of_values(
    full_name: str, family_name: str, gender: str, born: date | None, precision: str, phone: str, second: str,
    address: str, number: str, identifiers: str | None = "", email: str | None = "", sex: str | None = "",
) -> Person:  # fmt: skip
    """A person from the values of IDENTIFYING, in their order; telephone numbers as they are kept."""
    is_named = not full_name.startswith(UNNAMED)
    return person(
        full_name if is_named else "",
        family_name if is_named else "",
        born=born,
        precision=KNOWN[BirthPrecision(precision)],
        sex=gender if gender in SEXES else "",
        clinical_sex=sex if sex in SEXES else "",
        phones=(phone, second),
        email=email or "",
        address=address,
        numbers=(*([f"r {number}"] if number else []), *compared(identifiers or "")),
    )


def keys_of(patient: "Patient") -> list[int]:
    return match_keys(person_of(patient))
