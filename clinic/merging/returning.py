"""What of a merged record goes back to it when it is taken out again, and what stays with the other.

A row goes back when the merge moved or set it aside, no un-merge took it elsewhere since, and it is still with whoever
has the record now. Whoever moved it to another patient by hand meant that. What was made since stays, but for what
belongs to a row that goes: the alerts of an assessment, and an assessment with the link that it was answered by.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from clinic.merging.journal import Past, history_of, key_of, standing_merge
from clinic.merging.models import EntryKind
from clinic.merging.tables import ALERTS, ASSESSMENTS, PATIENTS, REQUESTS, TABLES, Table
from clinic.patients.models import MergedPatient
from clinic.tenancy.rows import column_value


@dataclass
class Returning:
    """By table: the keys of the rows that go back, and the rows that the journal has."""

    history: list[Past]
    merge: Past
    gone: MergedPatient
    keys: dict[str, set[str]] = field(default_factory=dict)
    kept: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def stays(self, table: Table) -> list[Any]:
        """The rows that were made since the merge and do not go back."""
        rows = table.of(self.gone.into_id).filter(**{f"{table.made_at}__gt": self.merge.merge.at})
        return [row for row in rows.order_by(table.made_at, "pk") if str(row.pk) not in self.keys[table.name]]


def returning(gone: MergedPatient) -> Returning:
    """What goes back to a merged record."""
    history = history_of(gone.pk)
    found = Returning(history, standing_merge(history, gone.pk), gone)
    for table in TABLES:
        places = _claimed(found, table)
        present = {str(key) for key in table.by_key(places.keys()).values_list("pk", flat=True)}
        left = {key for key, place in places.items() if place == gone.into_id}
        found.keys[table.name] = left & _here(table, gone)
        found.kept[table.name] = _rows_kept(found, table, places.keys() - present)
    _together(found)
    return found


def _claimed(found: Returning, table: Table) -> dict[str, UUID]:
    """The keys that the merge moved or set aside and that are the merged record's still, with who got each last.

    Of B, which was merged into A and with it into C, the rows are B's again once B was taken out: they are no part of
    what comes with A. A later merge that was undone only brought the rows back to where this one had put them. A row
    that a later merge found elsewhere than the journal had left it was moved by hand, and so was one that it did not
    find at all: it was with the later survivor before.
    """
    first = found.merge.merge
    places = dict.fromkeys(found.merge.keys(table.name, EntryKind.MOVED, EntryKind.REMOVED), first.survivor_id)
    for past in (past for past in found.history if past.id > first.pk):
        here, there = past.merge.other_id, past.merge.survivor_id
        if past.merge.undoes_id:
            here, there = there, here
        inner = past.merge.undoes_id is not None and past.merge.undoes_id < first.pk
        for key in places.keys() & set(past.keys(table.name, EntryKind.MOVED, EntryKind.REMOVED)):
            if inner or places[key] != here:
                del places[key]
            else:
                places[key] = there
    return places


def _here(table: Table, gone: MergedPatient) -> set[str]:
    return {str(key) for key in table.of(gone.into_id).values_list("pk", flat=True)}


def _rows_kept(found: Returning, table: Table, keys: set[str]) -> dict[str, dict[str, Any]]:
    """The rows that this merge or a later one set aside, as they were then."""
    rows: dict[str, dict[str, Any]] = {}
    for past in found.history:
        if past.id >= found.merge.id and not past.merge.undoes_id and (past is found.merge or not past.undone_as):
            rows |= {key_of(row, EntryKind.REMOVED): row for row in past.rows(table.name, EntryKind.REMOVED)}
    return {key: rows[key] for key in keys & rows.keys()}


def _together(found: Returning) -> None:
    """An assessment goes with its link and a link with its assessment; alerts go with their assessment alone."""
    requests, assessments = found.keys[REQUESTS.name], found.keys[ASSESSMENTS.name]
    pairs = REQUESTS.of(found.gone.into_id).exclude(assessment=None).values_list("pk", "assessment_id")
    links = [(str(request), str(assessment)) for request, assessment in pairs]
    grows = True
    while grows:
        before = len(requests) + len(assessments)
        for request, assessment in links:
            if request in requests or assessment in assessments:
                requests.add(request)
                assessments.add(assessment)
        grows = len(requests) + len(assessments) > before
    alerts = ALERTS.of(found.gone.into_id).filter(assessment__in=assessments)
    found.keys[ALERTS.name] = {str(key) for key in alerts.values_list("pk", flat=True)}


def changed_since(found: Returning, survivor: Any) -> list[str]:
    """The columns of the survivor that this merge wrote and somebody changed since."""
    written = found.merge.changes(PATIENTS)
    later = written_later(found)
    return [
        column
        for (key, column), (_, after) in written.items()
        if (key, column) not in later and key == str(survivor.pk) and column_value(survivor, column) != after
    ]


def written_later(found: Returning) -> set[tuple[str, str]]:
    """The keys and columns of patients that a later merge wrote which stands: its values are on top of this one's."""
    later = [past for past in found.history if past.id > found.merge.id and not past.merge.undoes_id]
    return {pair for past in later if not past.undone_as for pair in past.changes(PATIENTS)}
