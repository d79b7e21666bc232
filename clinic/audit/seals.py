"""Sealing the trail: each event gets the next number of its clinic, and a digest of itself and of all before it.

The worker does it by a role that may write nothing else. Numbers are the order in which events were committed, as far
as anybody could see it: an event that is seen later never gets a lower one. The last digest of each run, the head, is
written to a file outside the database, so that whoever rewrites the whole trail contradicts what stands there.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.utils import timezone
from django_tenants.utils import quote_schema_name

from clinic.audit import heads
from clinic.audit.models import AuditEvent
from clinic.audit.reading import settle_searches
from clinic.tenancy import cluster
from clinic.tenancy.lifecycle.provisioning import sealer_role
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

BATCH, BATCHES = 1000, 20
RESTORED, NUMBERS_TO = "clinic.restored", "numbers_to"
# What a digest is of, in this order. Whoever changes it breaks every trail that was sealed before.
PROVEN = (
    "number", "id", "at", "actor_id", "actor_name", "action", "is_reading", "record_type", "record_id", "patient_id",
    "changes", "request_id", "address",
)  # fmt: skip
SEAL = """
UPDATE audit_auditevent AS event
SET number = sealed.number, digest = sealed.digest
FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS sealed (id, number, digest) WHERE event.id = sealed.id
"""


def digest(before: bytes, event: AuditEvent, *, traced: bool = True) -> bytes:
    """What proves an event and, by the digest of the one before, every one before it.

    An event without a trace is proven as those were that were sealed before there were any.
    """
    values = [getattr(event, name) for name in (*PROVEN, *(("trace_id",) if event.trace_id and traced else ()))]
    text = json.dumps([_plain(value) for value in values], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()


def _plain(value: Any) -> Any:
    """A value as JSON has it, alike on every server: moments in UTC, ids as text."""
    if hasattr(value, "astimezone"):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, bool | int | str | dict | list) else str(value)


def following(event: AuditEvent, number: int) -> int:
    """The number of an event after `number`: a restored clinic goes on where the one that it replaces ended."""
    reached = event.changes.get(NUMBERS_TO, 0) if event.action == RESTORED else 0
    return int(max(number, reached)) + 1


def seal_trail() -> None:
    """Seal what the active clinic's trail has got since; the head goes to its file once that is committed.

    On a cluster the run after that in which a search was put into the trail does it.
    """
    if settle_searches() and not cluster.roles_may_alternate(DEFAULT_DB_ALIAS):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('trail ' || current_schema(), 0))")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(f"SET LOCAL ROLE {quote_schema_name(sealer_role())}")
    last = _last()
    number, before = (last.number or 0, bytes(last.digest or b"")) if last is not None else (0, b"")
    for batch in _batches():
        rows = []
        for event in batch:
            event.number = number = following(event, number)
            before = digest(before, event)
            rows.append((event.pk, number, before))
        with connection.cursor() as cursor:
            cursor.execute(SEAL, [list(column) for column in zip(*rows, strict=True)])
    if number:
        clinic = connection.clinic.pk  # type: ignore[attr-defined]
        head = heads.Head(number, before.hex(), timezone.now())
        transaction.on_commit(lambda: heads.write(clinic, head))


def _batches() -> Iterator[list[AuditEvent]]:
    """The events that nobody sealed, in the order in which they were begun; that of a restore before all others.

    What the backup had unsealed comes after it too, under numbers that the replaced trail never gave.
    """
    rows = AuditEvent.objects.filter(number=None).order_by("id")
    if restored := list(rows.filter(action=RESTORED)):
        yield restored
    for _ in range(BATCHES):
        batch = list(rows.all()[:BATCH])
        if batch:
            yield batch
        if len(batch) < BATCH:
            return


def mail_heads() -> None:
    """Mail the head of every clinic's trail to the address that keeps them, where there is one; no name is in it."""
    if not settings.TRAIL_HEADS_EMAIL:
        return
    lines = []
    for clinic in Clinic.objects.filter(deleted_at=None, out_of_service=False).order_by("pk"):
        with clinic_scope(clinic):
            last = _last()
        if last is not None:
            lines.append(f"{clinic.pk} {last.number} {bytes(last.digest or b'').hex()}")
    text = "The last sealed event of each clinic's trail, by the clinic's id: number and digest.\n\n" + "\n".join(lines)
    send_mail("Heads of the trails", text, None, [settings.TRAIL_HEADS_EMAIL])


def highest_number(using: str = DEFAULT_DB_ALIAS) -> int:
    """The last number of the active clinic's trail, so that a restored one goes on after it."""
    last = _last(using)
    return last.number or 0 if last is not None else 0


def _last(using: str = DEFAULT_DB_ALIAS) -> AuditEvent | None:
    return AuditEvent.objects.using(using).exclude(number=None).order_by("-number").first()
