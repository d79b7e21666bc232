"""How often an assessment was made for one patient, retracted, and made again for another by the same person.

Most of these are records of the wrong patient that somebody noticed. The measure is that of Adelman and others,
"Understanding and preventing wrong-patient electronic orders: a randomized controlled trial", J Am Med Inform Assoc
2013; 20(2): 305-310: retracted within ten minutes, and made for another patient within ten minutes of that. What nobody
noticed is in no such count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils import timezone

from clinic.audit.models import AuditEvent

LOOKED_BACK = timedelta(days=90)
WITHIN = timedelta(minutes=10)
MADE, RETRACTED = "assessment.created", ("assessment.cancelled", "assessment.archived")


@dataclass(frozen=True)
class Mixup:
    """One retract and recreate: what was made for `patient_id` was made for `other_id` then."""

    at: datetime
    who: str
    patient_id: UUID
    other_id: UUID


@dataclass(frozen=True)
class Rate:
    """Those of the last `LOOKED_BACK`, the newest first, and how many assessments were made."""

    mixups: list[Mixup]
    made: int

    @property
    def in_a_thousand(self) -> float:
        return 1000 * len(self.mixups) / self.made if self.made else 0.0


def retract_and_recreate() -> Rate:
    rows: Any = AuditEvent.objects.filter(at__gte=timezone.now() - LOOKED_BACK, action__in=(MADE, *RETRACTED))
    events = list(
        rows.exclude(actor_id__startswith="client:").exclude(patient_id=None).order_by("actor_id", "at", "id")
    )
    found = [each for _, own in groupby(events, key=lambda event: event.actor_id) for each in _of_one(list(own))]
    found.sort(key=lambda each: each.at, reverse=True)
    return Rate(found, sum(event.action == MADE for event in events))


def _of_one(events: list[AuditEvent]) -> Iterator[Mixup]:
    """Those of one person, whose events are in their order."""
    made: dict[UUID | None, AuditEvent] = {}
    waiting: list[tuple[AuditEvent, AuditEvent]] = []  # what was made and is retracted since
    for event in events:
        waiting = [pair for pair in waiting if event.at - pair[1].at <= WITHIN]
        if event.action in RETRACTED:
            first = made.get(event.record_id)
            if first is not None and event.at - first.at <= WITHIN:
                waiting.append((first, event))
            continue
        made[event.record_id] = event
        again = next((pair for pair in waiting if _is_again(pair[0], event)), None)
        if again is not None:
            waiting.remove(again)
            yield Mixup(event.at, event.actor_name, UUID(str(again[0].patient_id)), UUID(str(event.patient_id)))


def _is_again(first: AuditEvent, event: AuditEvent) -> bool:
    """Whether it is the same kind of assessment, for another patient."""
    return first.patient_id != event.patient_id and _kind(first) == _kind(event)


def _kind(event: AuditEvent) -> tuple[Any, ...]:
    changes: dict[str, Any] = event.changes
    return tuple(changes.get(name, [None, None])[-1] for name in ("type", "instrument"))
