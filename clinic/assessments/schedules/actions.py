"""Set and end schedules, and keep the dates that follow from them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.assessments.models import Schedule
from clinic.assessments.of_patients import lock_for_latest_results
from clinic.assessments.record import refusals
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.audit.actions import By, difference, record, snapshot
from clinic.instruments.definitions import Definition
from clinic.patients.models import Patient

FIELDS = ("patient", "instrument", "every_days", "every_unit", "then_every_days", "then_unit", "starts_on", "ended_on")


@transaction.atomic
def set_schedule(
    *,
    by: By,
    patient: Patient,
    definition: Definition,
    every_days: int,
    then_every_days: int | None = None,
    every_unit: str = "",
    then_unit: str = "",
    starts_on: date | None = None,
) -> Schedule:
    """Have the patient answer an instrument at this pace from now on. It replaces a schedule of the same instrument.

    Without a unit the days are counted in the largest that divides them: 90 are 3 months, and months are those of the
    calendar. The first assessment is due on `starts_on`, by default today, or later where one was made shortly before.
    Raises AskedNoMore.
    """
    refusals.check_asked(patient)
    lock_for_latest_results(patient_id=patient.pk)
    rows = Schedule.objects.active().filter(patient=patient, instrument=definition.id)
    schedule = rows.first() or Schedule(patient=patient, instrument=definition.id)
    before: dict[str, Any] = {} if schedule._state.adding else snapshot(schedule, FIELDS)
    schedule.every_days, schedule.then_every_days = every_days, then_every_days
    schedule.every_unit, schedule.then_unit = every_unit, then_unit
    schedule.starts_on = starts_on or timezone.localdate()
    schedule.next_due_on = schedule.starts_on
    if not (changes := difference(before, snapshot(schedule, FIELDS))):
        return schedule
    schedule.save()
    record("plan.made" if not before else "plan.changed", schedule, by=by, changes=changes)
    keep_latest_results(patient.pk, by=by)
    schedule.refresh_from_db()
    return schedule


@transaction.atomic
def end_schedule(*, by: By, id: UUID) -> Schedule:
    """End a schedule; raises Schedule.DoesNotExist. An ended one stays as it is."""
    lock_for_latest_results(patient_id=Schedule.objects.get(pk=id).patient_id)
    schedule = Schedule.objects.get(pk=id)
    if schedule.ended_on is None:
        schedule.ended_on = timezone.localdate()
        schedule.save(update_fields=["ended_on"])
        record("plan.ended", schedule, by=by, changes={"ended_on": [None, schedule.ended_on.isoformat()]})
        keep_latest_results(schedule.patient_id, by=by)
    return schedule
