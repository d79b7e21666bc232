"""Rows beside the record: who is here already, and what cannot be written beside who is."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from clinic.imports.cleaning import Cleaned
from clinic.imports.fields import USER
from clinic.text.phones import number_text

# As PostgreSQL writes them for its indexes: SELECT public.name_key(text) FROM unnest(ARRAY['Ana Bell', ...]) ...
KEYS = "SELECT public.{}(text) FROM unnest(%s::text[]) WITH ORDINALITY AS n (text, place) ORDER BY place"
# Each asks an index for any of many keys, and joins nothing: of a table that is just being filled PostgreSQL has no
# figures, and compares each row of a join with each patient.
NUMBERS = """
SELECT public.code_key(record_number), record_number, name_key, date_of_birth FROM patients_patient
WHERE public.code_key(record_number) = ANY(%s) AND NOT shares_number
"""
REPEATS = """
SELECT name_key, date_of_birth, phone_number, record_number FROM patients_patient
WHERE date_of_birth = ANY(CAST(%s AS date[])) AND name_key = ANY(%s) AND phone_number = ANY(%s::text[])
"""
NAMES = """
SELECT name_key, user_id::text, record_number FROM patients_patient
WHERE user_id = ANY(%s::uuid[]) AND name_key = ANY(%s)
UNION ALL
SELECT name_key, NULL, record_number FROM patients_patient WHERE user_id IS NULL AND name_key = ANY(%s)
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
    keys = _keys("name_key", [row.values["full_name"] for row in rows])
    found = dict(_numbered(rows, keys))
    for number, record in _repeated(rows, keys):
        text = f"Looks the same as {record}: name, date of birth and telephone."
        found.setdefault(number, Verdict(True, "full_name", text))
    for number, record in _named(rows, keys):
        text = f"There is a patient of this name with the same practitioner: {record}. A middle name tells two apart."
        found.setdefault(number, Verdict(False, "full_name", text))
    return found


def _numbered(rows: Sequence[Cleaned], keys: Sequence[str]) -> Iterator[tuple[int, Verdict]]:
    given = [(row, key) for row, key in zip(rows, keys, strict=True) if row.values.get("record_number")]
    numbers = _keys("code_key", [row.values["record_number"] for row, _ in given])
    found = {number: rest for number, *rest in _asked(NUMBERS, numbers)} if numbers else {}
    for (row, key), number in zip(given, numbers, strict=True):
        if number in found:
            record, name, born = found[number]
            is_same = name == key or (born is not None and born == row.values.get("date_of_birth"))
            message = "Already here as" if is_same else "Another patient has this record number:"
            yield row.number, Verdict(is_same, "record_number", f"{message} {record}.")


def _repeated(rows: Sequence[Cleaned], keys: Sequence[str]) -> Iterator[tuple[int, str]]:
    about = [
        (key, row.values.get("date_of_birth"), number_text(row.values.get("phone_number")))
        for row, key in zip(rows, keys, strict=True)
    ]
    names, days, phones = ([*{each[at] for each in about if each[1]}] for at in range(3))
    found = {tuple(same): record for *same, record in _asked(REPEATS, days, names, phones)} if names else {}
    yield from ((row.number, found[same]) for row, same in zip(rows, about, strict=True) if same in found)


def _named(rows: Sequence[Cleaned], keys: Sequence[str]) -> Iterator[tuple[int, str]]:
    about = [(key, row.values[USER] and str(row.values[USER])) for row, key in zip(rows, keys, strict=True)]
    people = [*{person for _, person in about if person}]
    owned, free = ([*{key for key, person in about if bool(person) is has}] for has in (True, False))
    found = {(key, person): record for key, person, record in _asked(NAMES, people, owned, free)}
    yield from ((row.number, found[same]) for row, same in zip(rows, about, strict=True) if same in found)


def _keys(function: str, texts: list[str]) -> list[str]:
    return [key for (key,) in _asked(KEYS.format(function), texts)]


def _asked(sql: str, *arrays: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arrays)
        return list(cursor.fetchall())
