"""The trend of a patient, their schedules, and the worklist of what is due."""

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
from clinic.assessments.alerts.cards import cards_of
from clinic.assessments.bulk import DUE
from clinic.assessments.models import Assessment, Schedule
from clinic.assessments.models.alerts import Alert
from clinic.assessments.schedules.actions import end_schedule, set_schedule
from clinic.assessments.schedules.forms import ScheduleForm
from clinic.assessments.trend.charts import trend_chart
from clinic.assessments.trend.steps import Reading, Step, explained, trend_steps
from clinic.instruments.catalogue import find, find_version, offered_to
from clinic.instruments.definitions import Definition
from clinic.lists.page.list_page import ListPage
from clinic.lists.pages import list_page
from clinic.patients.models import Patient
from clinic.ui.pages import saved

MOST_READINGS = 200
MOST_COUNTED = 99


class Trend(NamedTuple):
    """One instrument of a patient: its chart, and the same as a table (newest first).

    `mixed` if totals were scored by the rules for different sexes, whose bands cannot be drawn together. `said` is what
    the last total means beside the first, in sentences.
    """

    definition: Definition
    chart: SafeString
    steps: list[Step]
    mixed: bool
    said: list[str]


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def patient_trend(request: Request, pk: uuid.UUID) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    return _trend_page(request, patient)


def _trend_page(request: Request, patient: Patient, form: ScheduleForm | None = None) -> HttpResponse:
    context = {
        "patient": patient,
        "trends": trends_of(patient),
        "card": cards_of([patient])[0],
        "schedules": Schedule.objects.active().titled().filter(patient=patient).order_by("next_due_on", "id"),
        "form": form
        or ScheduleForm(instruments=_choices(request, patient), initial={"every_unit": "weeks", "then_unit": "months"}),
    }
    return render(request, "assessments/patient_trend.html", context, status=422 if form is not None else 200)


def _choices(request: Request, patient: Patient) -> list[tuple[str, str]]:
    offered = offered_to(sex=patient.gender, age=patient.age, country=request.clinic.country)
    return [(offer.definition.id, offer.label) for offer in offered]


def trends_of(patient: Patient) -> list[Trend]:
    """The patient's scored assessments by instrument, the one with the newest assessment first."""
    rows = Assessment.objects.active().made().filter(patient=patient).exclude(instrument="").exclude(score=None)
    groups: dict[str, list[Assessment]] = {}
    for row in rows.order_by("-date", "-completed_at", "-id")[:MOST_READINGS]:
        groups.setdefault(row.instrument, []).append(row)
    return [_trend(newest_first) for newest_first in groups.values()]


def _trend(newest_first: list[Assessment]) -> Trend:
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
    steps = trend_steps(readings, definition.change)
    sexes = {row.sex for row in newest_first}
    mixed = len(sexes) > 1
    return Trend(
        definition,
        trend_chart(definition, steps, "" if mixed else sexes.pop()),
        steps[::-1],
        mixed and definition.by_sex,
        explained(steps, definition.change),
    )


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def schedule_set(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Set how often the patient answers an instrument. A refused form is shown again with the reason."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    form = ScheduleForm(request.POST, instruments=_choices(request, patient))
    definition = find(request.POST.get("instrument", "")) if form.is_valid() else None
    if definition is None:
        return _trend_page(request, patient, form)
    if form.days("then") and definition.change.remission_below is None:
        form.add_error("then", f"{definition.title} has no published remission. Leave this empty.")
        return _trend_page(request, patient, form)
    set_schedule(
        by=request.actor,
        patient=patient,
        definition=definition,
        every_days=form.days("every") or 1,
        then_every_days=form.days("then"),
        every_unit=form.unit("every"),
        then_unit=form.unit("then") if form.days("then") else "",
    )
    saved(request, "Schedule saved.")
    return redirect("assessments:trend", pk)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def schedule_end(request: Request, pk: uuid.UUID) -> HttpResponse:
    schedule = get_object_or_404(Schedule, pk=pk)
    end_schedule(by=request.actor, id=pk)
    saved(request, "Schedule ended.")
    return redirect("assessments:trend", schedule.patient_id)


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def due_list(request: Request) -> HttpResponseBase:
    page = ListPage(
        heading="Due",
        noun="due assessment",
        noun_plural="due assessments",
        search_hint="Patient or record number",
        empty_title="Nothing is due",
        empty_text="Patients appear here on the day they are due. Schedules are set on a patient's Trend page.",
    )
    return list_page(request, DUE, page)


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def worklist_counts(request: Request) -> HttpResponse:
    """Count what waits in each worklist, up to `MOST_COUNTED`. The menu asks for this once a page."""
    waiting: dict[str, QuerySet[Any]] = {
        "alerts": Alert.objects.open(),
        "due": Schedule.objects.due(timezone.localdate()).filter(patient__archived_at=None),
    }
    counts = {name: rows.order_by()[: MOST_COUNTED + 1].count() for name, rows in waiting.items()}
    return render(request, "assessments/_counts.html", {"counts": counts, "most": MOST_COUNTED})
