"""The first rows of a file as the patients that they will be, in words."""

from collections.abc import Sequence
from typing import Any

from clinic.imports.cleaning import Cleaned
from clinic.imports.fields import USER
from clinic.patients.models import Patient
from clinic.staff.models import NOBODY_YET, Practitioner
from clinic.text.phones import shown

HEADINGS = ("Name", "Born", "Gender", "Telephone", "Address", "Practitioner", "Record number")


def previewed(rows: Sequence[Cleaned]) -> list[dict[str, Any]]:
    """What is kept of rows to be shown; a record number that is given when they are written is left open."""
    people = dict(
        Practitioner.objects.filter(pk__in={row.values[USER] for row in rows}).values_list("pk", "display_name")
    )
    return [{"row": row.number, "labelled": list(zip(HEADINGS, _cells(row, people), strict=True))} for row in rows]


def _cells(row: Cleaned, people: dict[Any, str]) -> list[str]:
    values = {"user_id" if name == USER else name: value for name, value in row.values.items()}
    patient, phone = Patient(**values), row.values.get("phone_number")
    return [
        patient.display_name,
        patient.birth_text,
        patient.gender_label,
        shown(str(phone.raw_input), row.values.get("phone_extension", "")) if phone else "",
        ", ".join(patient.address.splitlines()),
        people.get(row.values[USER], NOBODY_YET),
        patient.record_number or "the next one",
    ]
