"""Making and ending plans, and keeping what follows from them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.assessments.models import Plan
from clinic.assessments.record.standing import keep_standing
from clinic.audit.actions import By, difference, record, snapshot
from clinic.instruments.definitions import Definition
from clinic.patients.actions import lock_for_standing
from clinic.patients.models import Patient

FIELDS = ("patient", "instrument", "every_days", "then_every_days", "starts_on", "ended_on")


@transaction.atomic
def make_plan(
    *,
    by: By,
    patient: Patient,
    definition: Definition,
    every_days: int,
    then_every_days: int | None = None,
    starts_on: date | None = None,
) -> Plan:
    """Have the patient answer an instrument from now on at this pace, in place of a plan there is for it.

    The first assessment is due on `starts_on`, today by default.
    """
    lock_for_standing(patient_id=patient.pk)
    rows = Plan.objects.active().filter(patient=patient, instrument=definition.id)
    plan = rows.first() or Plan(patient=patient, instrument=definition.id)
    before: dict[str, Any] = {} if plan._state.adding else snapshot(plan, FIELDS)
    plan.every_days, plan.then_every_days = every_days, then_every_days
    plan.starts_on = starts_on or timezone.localdate()
    plan.next_due_on = plan.starts_on
    if not (changes := difference(before, snapshot(plan, FIELDS))):
        return plan
    plan.save()
    record("plan.made" if not before else "plan.changed", plan, by=by, changes=changes)
    keep_standing(patient.pk, by=by)
    plan.refresh_from_db()
    return plan


@transaction.atomic
def end_plan(*, by: By, id: UUID) -> Plan:
    """Ask no more; raises Plan.DoesNotExist. One that has ended stays as it is."""
    lock_for_standing(patient_id=Plan.objects.get(pk=id).patient_id)
    plan = Plan.objects.get(pk=id)
    if plan.ended_on is None:
        plan.ended_on = timezone.localdate()
        plan.save(update_fields=["ended_on"])
        record("plan.ended", plan, by=by, changes={"ended_on": [None, plan.ended_on.isoformat()]})
        keep_standing(plan.patient_id, by=by)
    return plan
