"""How a patient does over time, what is planned for them, and what is due over all patients."""

import uuid
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.bulk import DUE
from clinic.assessments.models import Assessment, Plan
from clinic.assessments.models.risk import RiskAlert
from clinic.assessments.schedules.forms import PlanForm
from clinic.assessments.schedules.planning import end_plan, make_plan
from clinic.assessments.trend.charts import trend
from clinic.assessments.trend.course import Reading, Step, course
from clinic.instruments.catalogue import find, find_version, offered_to
from clinic.instruments.definitions import Definition
from clinic.lists.page.list_page import ListPage
from clinic.lists.pages import list_page
from clinic.patients.models import Patient
from clinic.ui.pages import saved

MOST_READINGS = 200
MOST_COUNTED = 99


class Course(NamedTuple):
    """One instrument of a patient: its chart, and the same as a table (newest first).

    `mixed` where the totals were scored by rules for different sexes, whose bands cannot be drawn together.
    """

    definition: Definition
    chart: SafeString
    steps: list[Step]
    mixed: bool


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def patient_course(request: Request, pk: uuid.UUID) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    return _course_page(request, patient)


def _course_page(request: Request, patient: Patient, form: PlanForm | None = None) -> HttpResponse:
    context = {
        "patient": patient,
        "courses": courses_of(patient),
        "alerts": RiskAlert.objects.open().filter(patient=patient),
        "plans": Plan.objects.active().filter(patient=patient).order_by("next_due_on", "id"),
        "form": form or PlanForm(instruments=_choices(patient), initial={"every_unit": "weeks", "then_unit": "months"}),
    }
    return render(request, "assessments/patient_course.html", context, status=422 if form is not None else 200)


def _choices(patient: Patient) -> list[tuple[str, str]]:
    return [(made.id, made.title) for made in offered_to(sex=patient.gender, age=patient.age)]


def courses_of(patient: Patient) -> list[Course]:
    """The patient's scored assessments by instrument, the one with the newest assessment first."""
    rows = Assessment.objects.active().made().filter(patient=patient).exclude(instrument="").exclude(score=None)
    groups: dict[str, list[Assessment]] = {}
    for row in rows.order_by("-date", "-completed_at", "-id")[:MOST_READINGS]:
        groups.setdefault(row.instrument, []).append(row)
    return [_course(newest_first) for newest_first in groups.values()]


def _course(newest_first: list[Assessment]) -> Course:
    definition = find_version(newest_first[0].instrument, newest_first[0].instrument_version)
    readings = [
        Reading(
            day=row.date,
            total=int(row.score) if row.score == int(row.score or 0) else row.score or 0,
            band=row.band,
            severity=row.severity,
            url=reverse("assessments:detail", args=[row.pk]),
        )
        for row in reversed(newest_first)
    ]
    steps = course(readings, definition.change)
    sexes = {row.sex for row in newest_first}
    mixed = len(sexes) > 1
    return Course(
        definition, trend(definition, steps, "" if mixed else sexes.pop()), steps[::-1], mixed and definition.by_sex
    )


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def plan_make(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Plan how often the patient answers an instrument; what cannot be planned is shown again with why."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    form = PlanForm(request.POST, instruments=_choices(patient))
    definition = find(request.POST.get("instrument", "")) if form.is_valid() else None
    if definition is None:
        return _course_page(request, patient, form)
    if form.days("then") and definition.change.remission_below is None:
        form.add_error("then", f"{definition.title} has no published remission. Leave this empty.")
        return _course_page(request, patient, form)
    make_plan(
        by=request.actor,
        patient=patient,
        definition=definition,
        every_days=form.days("every") or 1,
        then_every_days=form.days("then"),
    )
    saved(request, "Plan saved.")
    return redirect("assessments:course", pk)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def plan_end(request: Request, pk: uuid.UUID) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=pk)
    end_plan(by=request.actor, id=pk)
    saved(request, "Plan ended.")
    return redirect("assessments:course", plan.patient_id)


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def due_list(request: Request) -> HttpResponseBase:
    page = ListPage(
        heading="Due",
        noun="due assessment",
        noun_plural="due assessments",
        search_hint="Patient or record number",
        empty_title="Nothing is due",
        empty_text="Who is to be assessed again appears here when the day comes. Plans are made on a patient's course.",
    )
    return list_page(request, DUE, page)


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def worklist_counts(request: Request) -> HttpResponse:
    """How much waits in each worklist, for the menu, which asks for it once a page; counted up to `MOST_COUNTED`."""
    waiting: dict[str, QuerySet[Any]] = {
        "alerts": RiskAlert.objects.open(),
        "due": Plan.objects.due(timezone.localdate()).filter(patient__archived_at=None),
    }
    counts = {name: rows.order_by()[: MOST_COUNTED + 1].count() for name, rows in waiting.items()}
    return render(request, "assessments/_counts.html", {"counts": counts, "most": MOST_COUNTED})
