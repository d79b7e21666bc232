"""What a merge or an un-merge would do, in words, before anybody does it."""

from collections.abc import Iterable
from typing import Any

from clinic.instruments.catalogue import title_of
from clinic.merging.returning import Returning, changed_since
from clinic.merging.tables import ASSESSMENTS, TABLES
from clinic.merging.taken import (
    episodes_taken,
    names_taken,
    photos_taken,
    requests_taken,
    schedules_taken,
    team_taken,
)
from clinic.patients.models import Patient
from clinic.tenancy.scope import everybody_seen

MOST_NAMED = 10


def counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def moving(other: Patient) -> list[str]:
    """How many rows of each kind would move: "3 assessments"."""
    counts = {table: table.of(other.pk).count() for table in TABLES if table.noun}
    return [counted(count, table.noun, table.nouns) for table, count in counts.items() if count]


def settled(survivor: Patient, other: Patient) -> list[str]:
    """What both have and one patient can have only once, each with what becomes of it."""
    with everybody_seen():
        renamed = names_taken(survivor.pk, other.pk)
        found = [f"“{name}” becomes “{new}”." for name, new in list(renamed.values())[:MOST_NAMED]]
        if len(renamed) > MOST_NAMED:
            found.append(f"{len(renamed) - MOST_NAMED:,} more get a number behind the name.")
        found += [f"The schedule of {title} ends." for title in _titles(schedules_taken(survivor.pk, other.pk))]
        found += [f"The link for {title} ends." for title in _titles(requests_taken(survivor.pk, other.pk))]
        episodes = list(episodes_taken(survivor.pk, other.pk))
        if episodes:
            found.append(f"{counted(len(episodes), 'episode', 'episodes')} on days that have one already: set aside.")
        if team := list(team_taken(survivor.pk, other.pk)):
            found.append(f"{counted(len(team), 'colleague', 'colleagues')} in both care teams: named once.")
        if photos_taken(survivor.pk, other.pk):
            found.append(f"A photo: the one of {survivor.record_number} stays, the other is set aside.")
    return found


def _titles(rows: Iterable[Any]) -> list[str]:
    return [title_of(row.instrument) for row in rows]


def staying(found: Returning, holder: Patient) -> list[str]:
    """What was added or changed since the merge, and stays with whoever has the record now."""
    lines = []
    for table in (table for table in TABLES if table.noun):
        rows = found.stays(table)
        if rows and table is ASSESSMENTS:
            names = ", ".join(f"“{row.name}”" for row in rows[:MOST_NAMED])
            lines.append(
                f"{counted(len(rows), table.noun, table.nouns)}: {names}{' and more' if len(rows) > MOST_NAMED else ''}"
            )
        elif rows:
            lines.append(counted(len(rows), table.noun, table.nouns))
    labels = {field.attname: field.verbose_name for field in Patient._meta.concrete_fields}
    changed = [str(labels[column]) for column in changed_since(found, holder)]
    return [*lines, *([f"Changed since: {', '.join(changed)}"] if changed else [])]


def going(found: Returning) -> list[str]:
    """How many rows of each kind would go back."""
    counts = {table: len(found.keys[table.name]) + len(found.kept[table.name]) for table in TABLES if table.noun}
    return [counted(count, table.noun, table.nouns) for table, count in counts.items() if count]
