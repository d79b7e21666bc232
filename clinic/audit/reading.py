"""What an answer shows of patients: said by whoever makes it, written into the trail before it leaves.

Views and lists say it with `note_record`, `note_list` and `note_export`; `middleware.py` writes it, and refuses to send
a page of a clinic of which nothing was said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from clinic.access import Request
from clinic.audit.actions import event, patient_of, type_in_trail, where
from clinic.audit.models import AuditEvent, PendingSearch

RESTS = timedelta(seconds=2)  # after which what is searched for is what was meant
SEARCHES = ("q", "search")  # what pages and programs call the text that is searched for
REPLACED = ("at", "actor_name", "patient_id", "changes", "request_id", "address", "trace_id")
# All but the key and what the sealer writes.
WRITTEN = [field for field in AuditEvent._meta.concrete_fields if field.editable and not field.primary_key]
MOVE = """
WITH settled AS (DELETE FROM audit_pendingsearch WHERE {} RETURNING *)
INSERT INTO audit_auditevent
    (at, actor_id, actor_name, action, is_reading, record_type, patient_id, changes, request_id, address, trace_id)
SELECT at, actor_id, actor_name, list || '.searched', true, list, patient_id, changes, request_id, address, trace_id
FROM settled ORDER BY at
"""
WAITING = [field for field in PendingSearch._meta.concrete_fields if not field.primary_key]
WAIT = f"""
INSERT INTO audit_pendingsearch ({", ".join(str(field.column) for field in WAITING)})
VALUES ({", ".join(["%s"] * len(WAITING))})
ON CONFLICT (actor_id, list) DO UPDATE
SET {", ".join(f"{name} = EXCLUDED.{name}" for name in REPLACED)}
"""  # noqa: S608


@dataclass
class Reading:
    """One thing that was read: a record, or a page of a list with how many rows and what it was narrowed to.

    `typed` is a list that was searched by a page that searches while somebody types.
    """

    action: str
    record_type: str
    record_id: UUID | None = None
    patient_id: UUID | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    typed: bool = False


def note_record(request: Request, record: models.Model, *, action: str = "viewed") -> None:
    """Say that this answer shows a record."""
    kind = type_in_trail(record)
    request.readings.append(Reading(f"{kind}.{action}", kind, UUID(str(record.pk)), patient_of(record)))


def note_list(request: Request, list: str, *, rows: int, patient_id: UUID | None = None) -> None:
    """Say that this answer shows so many rows of a list, narrowed as its address says."""
    searched = any(request.GET.get(name, "").strip() for name in SEARCHES)
    action = f"{list}.searched" if searched else f"{list}.listed"
    changes = {"rows": rows, **_narrowed(request)}
    request.readings.append(
        Reading(action, list, patient_id=patient_id, changes=changes, typed=searched and bool(request.htmx))
    )


def note_export(request: Request, list: str, *, patient_id: UUID | None = None) -> None:
    """Say that this answer is a list as a file, narrowed as its address says."""
    request.readings.append(Reading(f"{list}.exported", list, patient_id=patient_id, changes=_narrowed(request)))


def note_nothing(request: Request) -> None:
    """Say that this answer shows nothing of any patient, though others of the same address do."""
    request.shows_nothing = True


def _narrowed(request: Request) -> dict[str, Any]:
    query = {name: request.GET.getlist(name) for name in request.GET}
    return {"query": query} if query else {}


def write_readings(request: Request) -> None:
    """Put what this request read into the trail, in its transaction: what cannot be noted is not shown.

    A search that may still be typed waits beside the trail, until it has rested or a record is opened.
    """
    settled = [reading for reading in request.readings if not reading.typed]
    if any(reading.record_id for reading in settled):
        _move("actor_id = %s", request.actor.id)
    write_events(
        event(
            reading.action,
            by=request.actor,
            is_reading=True,
            record_type=reading.record_type,
            record_id=reading.record_id,
            patient_id=reading.patient_id,
            changes={"page": page_of(request), **reading.changes},
        )
        for reading in settled
    )
    for reading in request.readings:
        if reading.typed:
            _wait(request, reading)


def write_events(events: Iterable[AuditEvent]) -> None:
    """As `bulk_create`, by a statement that is written once: nearly every answer ends with it."""
    rows = [_values(each, WRITTEN) for each in events]
    if not rows:
        return
    names = ", ".join(str(field.column) for field in WRITTEN)
    row = f"({', '.join(['%s'] * len(WRITTEN))})"
    with connection.cursor() as cursor:
        statement = f"INSERT INTO {AuditEvent._meta.db_table} ({names}) VALUES {', '.join([row] * len(rows))}"  # noqa: S608
        cursor.execute(statement, list(chain.from_iterable(rows)))


def _values(record: models.Model, fields: Sequence[Any]) -> list[Any]:
    return [field.get_db_prep_save(getattr(record, field.attname), connection) for field in fields]


def page_of(request: Request) -> str:
    """The name of the address, which has no id in it."""
    match = request.resolver_match
    return match.view_name or match.route if match is not None else ""


def _wait(request: Request, reading: Reading) -> None:
    """Keep what somebody searches for now in place of what they typed before; that rested, if it was meant.

    Both are one message, as every key that is pressed asks for this.
    """
    now = timezone.now()
    pending = PendingSearch(
        actor_id=request.actor.id,
        actor_name=request.actor.name,
        list=reading.record_type,
        at=now,
        patient_id=reading.patient_id,
        changes={"page": page_of(request), **reading.changes},
        **where(),
    )
    moved = MOVE.format("actor_id = %s AND list = %s AND at <= %s")
    with connection.cursor() as cursor:
        values = _values(pending, WAITING)
        cursor.execute(f"{moved};{WAIT}", [request.actor.id, reading.record_type, now - RESTS, *values])


def settle_searches() -> bool:
    """Put every search of the active clinic that has rested into its trail; whether there was one."""
    rested = timezone.now() - RESTS
    if not PendingSearch.objects.filter(at__lte=rested).exists():
        return False
    _move("at <= %s", rested)
    return True


def _move(which: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MOVE.format(which), values)
