"""Putting a line of one's Today off, and bringing it back."""

from datetime import date
from uuid import UUID

from django.db import transaction

from clinic.assessments.models import AnswerRequest, Assessment, Schedule, Snooze
from clinic.audit.actions import By, record, type_in_trail

Line = Schedule | Assessment | AnswerRequest


def line_of(pk: UUID) -> Line | None:
    """The record that a line is about; None where the clinic, or who asks, has none of this key."""
    found = (model.objects.filter(pk=pk).first() for model in (Schedule, Assessment, AnswerRequest))
    return next((each for each in found if each is not None), None)


@transaction.atomic
def put_off(*, by: By, person: UUID, line: Line, until: date) -> None:
    """Hide the line from this person's Today until that day. The last word counts."""
    Snooze.objects.bulk_create(
        [Snooze(person=person, record_id=line.pk, until=until)],
        update_conflicts=True,
        unique_fields=["person", "record_id"],
        update_fields=["until"],
    )
    record(f"{type_in_trail(line)}.put_off", line, by=by, changes={"until": [None, str(until)]})


@transaction.atomic
def bring_back(*, by: By, person: UUID, line: Line) -> None:
    """Show the line again at once; what was not put off stays as it is."""
    hidden = Snooze.objects.filter(person=person, record_id=line.pk).first()
    if hidden is None:
        return
    hidden.delete()
    record(f"{type_in_trail(line)}.brought_back", line, by=by, changes={"until": [str(hidden.until), None]})
