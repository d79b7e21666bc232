"""Fields of a patient that hold several things: a merge keeps those of both, and each comes apart again.

Of each part is known which merges brought it. A part goes with the last of them, unless the record had it itself: then
it stays, as does one that somebody wrote since; and one that somebody took out since does not come back.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from clinic.merging.journal import Journal, Past
from clinic.merging.models import EntryKind
from clinic.patients.models import Patient
from clinic.tenancy.rows import column_value, read_value
from clinic.text.identifiers import MOST

UNITED = "patients_patient.united"  # as a journal's table: [[key, column, before, what the other had], ...]
OWN = 0  # among merges, which are numbered from 1: the record's own


class Parts(NamedTuple):
    """How a column is read as parts, and what is written for those that are left."""

    split: Callable[[Any], list[Any]]
    join: Callable[[list[Any]], Any]


def _texts(sign: str, joint: str) -> Parts:
    def split(value: Any) -> list[Any]:
        return [text for each in str(value or "").split(sign) if (text := each.strip())]

    return Parts(split, lambda parts: joint.join(parts) or None)


SETS = {
    "other_names": _texts(",", ", "),
    "identifiers": _texts("\n", "\n"),
    "tags": Parts(lambda value: list(value or []), lambda parts: sorted(parts) or None),
}


def _key(part: Any) -> Any:
    return part.casefold() if isinstance(part, str) else part


def united(column: str, first: Any, second: Any) -> Any:
    """Both values in one, as the column keeps it: what both have is there once, as the first writes it."""
    parts = {_key(part): part for value in (second, first) for part in SETS[column].split(value)}
    order = dict.fromkeys(_key(part) for value in (first, second) for part in SETS[column].split(value))
    return SETS[column].join([parts[key] for key in order])


def fits(column: str, value: Any) -> bool:
    """Whether a value is no longer, and has no more parts, than the form takes."""
    longest = getattr(Patient._meta.get_field(column), "max_length", None)
    parts = SETS[column].split(value)
    return (longest is None or len(value or "") <= longest) and (column != "identifiers" or len(parts) <= MOST)


def unite(survivor: Patient, other: Patient, columns: Iterable[str], journal: Journal) -> None:
    """Give the survivor the other's parts besides its own."""
    for column in columns:
        before, brought = column_value(survivor, column), column_value(other, column)
        setattr(survivor, column, read_value(Patient, column, united(column, before, brought)))
        journal.add(UNITED, EntryKind.ADDED, [[str(survivor.pk), column, before, brought]])


def apart(history: Iterable[Past], merge: Past, column: str, now: Any) -> Any:
    """What is left of the column's value in the merge's survivor without what this merge alone brought.

    To the letter what stood there before the merge, where that is what is left.
    """
    key, owners = str(merge.merge.survivor_id), dict[Any, set[int]]()
    split, join = SETS[column]
    for past in history:
        if past.merge.undoes_id:
            for each in owners.values():
                each.discard(past.merge.undoes_id)
            continue
        for of, name, before, brought in past.rows(UNITED, EntryKind.ADDED):
            if (of, name) == (key, column):
                owners = _there(owners, split(before))
                for part in split(brought):
                    owners.setdefault(_key(part), set()).add(past.id)
    owners = _there(owners, split(now))
    left = [part for part in split(now) if owners[_key(part)] != {merge.id}]
    was = next(was for _, name, was, _ in merge.rows(UNITED, EntryKind.ADDED) if name == column)
    return was if set(map(_key, left)) == set(map(_key, split(was))) else join(left)


def _there(owners: dict[Any, set[int]], parts: list[Any]) -> dict[Any, set[int]]:
    """The parts that are there, with who has them: what no merge that stands brought, the record has itself."""
    return {_key(part): owners.get(_key(part)) or {OWN} for part in parts}


def given_back(history: Iterable[Past], merge: Past, row: dict[str, Any]) -> dict[str, Any]:
    """By column: what the merge's survivor has of each set that the merge united, without what it brought."""
    columns = {column for _, column, _, _ in merge.rows(UNITED, EntryKind.ADDED)}
    return {column: apart(history, merge, column, row.get(column)) for column in sorted(columns)}
