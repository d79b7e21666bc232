"""The instruments that a patient is asked already: they stand first where somebody chooses one."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format

from clinic.assessments.models import Assessment, Schedule
from clinic.instruments.variants import Offer
from clinic.patients.models import Patient


class Known(NamedTuple):
    """An instrument, and when it is due or was answered last, in words."""

    offer: Offer
    said: str


def known_to(patient: Patient, offers: Sequence[Offer]) -> list[Known]:
    """Those of the offers that are scheduled, the first due one first, then those answered, the newest first."""
    due = Schedule.objects.active().filter(patient=patient).order_by("next_due_on", "id")
    rows = Assessment.objects.active().made().filter(patient=patient).exclude(instrument="")
    last = rows.order_by("instrument", "-date").distinct("instrument").values_list("instrument", "date")
    said = {each.instrument: _due(each) for each in due}
    for instrument, day in sorted(last, key=lambda row: row[1], reverse=True):
        said.setdefault(instrument, f"last on {date_format(day, 'j M Y')}")
    by_id = {offer.definition.id: offer for offer in offers}
    return [Known(by_id[instrument], words) for instrument, words in said.items() if instrument in by_id]


def _due(schedule: Schedule) -> str:
    late = schedule.next_due_on < timezone.localdate()
    return f"{'overdue since' if late else 'due'} {date_format(schedule.next_due_on, 'j M Y')}"
