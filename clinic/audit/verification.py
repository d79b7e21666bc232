"""Verifying a trail: every event against its digest, and the digests against the heads that were written down."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from clinic.audit import heads
from clinic.audit.models import AuditEvent
from clinic.audit.seals import NUMBERS_TO, digest, following

BATCH = 5000
LONGEST = timedelta(hours=1)  # between when an event says it was, and when it could be seen


def verify_trail(clinic_id: UUID) -> Iterator[str]:
    """What is wrong with the active clinic's trail, each in a sentence; nothing where it is as it was sealed."""
    by_number: dict[int, heads.Head] = {}
    for head in heads.read(clinic_id):
        by_number.setdefault(head.number, head)  # the first one: a later one may be of a trail that was sealed anew
    number, before, floor = 0, b"", None
    for event in _sealed():
        found, expected = event.number or 0, following(event, number)
        if found != expected:
            yield _out_of_order(number, found)
        if bytes(event.digest or b"") not in _digests(before, event):
            yield f"Event {found:,} of {_moment(event.at)} was changed after it was sealed, or never sealed."
        elif floor is not None and event.at < floor - LONGEST:
            yield f"Event {found:,} says {_moment(event.at)}, long before it was sealed."
        number, before = max(number, found), bytes(event.digest or b"")
        if found in by_number:
            head = by_number.pop(found)
            floor = head.at
            if head.digest != before.hex():
                yield f"Event {found:,} is another one than was written down on {_moment(head.at)}."
        _forget_replaced(by_number, event, expected)
    yield from _cut(by_number, number)
    yield from _waiting(timezone.now() - LONGEST)


def _digests(before: bytes, event: AuditEvent) -> tuple[bytes, bytes]:
    """What may prove an event: a worker of the release before the traces seals it without its own."""
    return digest(before, event), digest(before, event, traced=False)


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _sealed() -> Iterator[AuditEvent]:
    """Every sealed event by its number; two of one number, where somebody took the constraint away, by their ids."""
    after = (-1, 0)
    while True:
        rows = AuditEvent.objects.exclude(number=None).order_by("number", "id")
        batch = list(rows.filter(number__gte=after[0])[: BATCH + 1])
        fresh = [event for event in batch if (event.number or 0, event.pk) > after]
        if not fresh:
            return
        yield from fresh
        after = (fresh[-1].number or 0, fresh[-1].pk)


def _out_of_order(number: int, found: int) -> str:
    if found <= number:
        return f"Event {found:,} is there twice."
    last = f" to {found - 1:,}" if found > number + 2 else ""
    return f"Event{'s' if last else ''} {number + 1:,}{last} {'are' if last else 'is'} missing."


def _forget_replaced(by_number: dict[int, heads.Head], event: AuditEvent, expected: int) -> None:
    """A restore says up to where the trail had gone that it replaced: heads of that are no longer in it."""
    if event.number == expected and event.changes.get(NUMBERS_TO):
        for number in [number for number in by_number if number < expected]:
            del by_number[number]


def _cut(by_number: dict[int, heads.Head], number: int) -> Iterator[str]:
    """Heads of events that are not there: missing ones before the last are told of already."""
    if (last := max(by_number, default=0)) > number:
        yield (
            f"Events {number + 1:,} to {last:,} are missing at the end: the last one was written down on "
            f"{_moment(by_number[last].at)}."
        )


def _waiting(since: datetime) -> Iterator[str]:
    """Events that nobody sealed for long: no worker runs, or they were put there with an old date."""
    if late := AuditEvent.objects.filter(number=None, at__lt=since).count():
        yield f"{late:,} events older than an hour are not sealed: the worker has not run, or they were added."
