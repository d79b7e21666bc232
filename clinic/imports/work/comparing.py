"""Rows beside the record: who is here already, and what cannot be written beside who is."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from clinic.imports.cleaning import Cleaned
from clinic.imports.fields import USER
from clinic.text.phones import number_text

# Rows as arrays, each joined by an index: SELECT ... FROM unnest(ARRAY[2, 3], ARRAY['Ana Bell', ...]) n JOIN ...
NUMBERS = """
SELECT n.row, p.record_number, p.name_key = public.name_key(n.name) OR p.date_of_birth = n.born
FROM unnest(%s::int[], %s::text[], %s::text[], CAST(%s AS date[])) AS n (row, number, name, born)
JOIN patients_patient p ON public.code_key(p.record_number) = public.code_key(n.number) AND NOT p.shares_number
"""
REPEATS = """
SELECT n.row, p.record_number
FROM unnest(%s::int[], %s::text[], CAST(%s AS date[]), %s::text[]) AS n (row, name, born, phone)
JOIN patients_patient p
    ON p.date_of_birth = n.born AND p.name_key = public.name_key(n.name) AND p.phone_number = n.phone
"""
NAMES = """
SELECT n.row, p.record_number
FROM unnest(%s::int[], %s::uuid[], %s::text[]) AS n (row, person, name)
JOIN patients_patient p ON p.user_id = n.person AND p.name_key = public.name_key(n.name)
UNION ALL
SELECT n.row, p.record_number
FROM unnest(%s::int[], %s::uuid[], %s::text[]) AS n (row, person, name)
JOIN patients_patient p ON n.person IS NULL AND p.user_id IS NULL AND p.name_key = public.name_key(n.name)
"""


class Verdict(NamedTuple):
    """What the record says of a row: its patient `is_here`, or it cannot be written as it is."""

    is_here: bool
    target: str
    message: str


def compared(rows: Sequence[Cleaned]) -> dict[int, Verdict]:
    """The rows that are not to be written, by number. Of several reasons the one that says most comes first."""
    if not rows:
        return {}
    found: dict[int, Verdict] = {}
    named = [row.values["full_name"] for row in rows]
    numbers = [row.number for row in rows]
    born = [row.values.get("date_of_birth") for row in rows]
    people = [row.values[USER] and str(row.values[USER]) for row in rows]
    for number, record, same in _numbered(rows):
        verdict = Verdict(True, "record_number", f"Already here as {record}.")
        other = Verdict(False, "record_number", f"Another patient has this record number: {record}.")
        found[number] = verdict if same else other
    phones = [number_text(row.values.get("phone_number")) for row in rows]
    for number, record in _asked(REPEATS, [numbers, named, born, phones]):
        text = f"Looks the same as {record}: name, date of birth and telephone."
        found.setdefault(number, Verdict(True, "full_name", text))
    for number, record in _asked(NAMES, [numbers, people, named] * 2):
        text = f"There is a patient of this name with the same practitioner: {record}. A middle name tells two apart."
        found.setdefault(number, Verdict(False, "full_name", text))
    return found


def _numbered(rows: Sequence[Cleaned]) -> list[Any]:
    given = [row for row in rows if row.values.get("record_number")]
    if not given:
        return []
    texts = [[row.values[name] for row in given] for name in ("record_number", "full_name", "date_of_birth")]
    return _asked(NUMBERS, [[row.number for row in given], *texts])


def _asked(sql: str, arrays: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arrays)
        return list(cursor.fetchall())
