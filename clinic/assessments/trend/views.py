"""The trend of a patient, their schedules, and the worklist of what is due."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, requires, without_patients
from clinic.assessments.bulk import DUE
from clinic.assessments.models import Review, Schedule
from clinic.assessments.models.alerts import Alert
from clinic.assessments.of_patients import patient_or_404
from clinic.assessments.record.refusals import AskedNoMore
from clinic.assessments.schedules.actions import end_schedule, set_schedule
from clinic.assessments.schedules.forms import ScheduleForm
from clinic.assessments.trend.page import choices, trend_page
from clinic.instruments.catalogue import find
from clinic.lists.page.list_page import ListPage
from clinic.lists.pages import list_page
from clinic.ui.pages import saved

MOST_COUNTED = 99


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def patient_trend(request: Request, pk: uuid.UUID) -> HttpResponse:
    patient = patient_or_404(pk)
    return trend_page(request, patient)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def schedule_set(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Set how often the patient answers an instrument. A refused form is shown again with the reason."""
    patient = patient_or_404(pk)
    form = ScheduleForm(request.POST, instruments=choices(request, patient))
    definition = find(request.POST.get("instrument", "")) if form.is_valid() else None
    if definition is None:
        return trend_page(request, patient, status=422, form=form)
    if form.days("then") and definition.change.remission_below is None:
        form.add_error("then", f"{definition.title} has no published remission. Leave this empty.")
        return trend_page(request, patient, status=422, form=form)
    try:
        set_schedule(
            by=request.actor,
            patient=patient,
            definition=definition,
            every_days=form.days("every") or 1,
            then_every_days=form.days("then"),
            every_unit=form.unit("every"),
            then_unit=form.unit("then") if form.days("then") else "",
        )
    except AskedNoMore as refusal:
        form.add_error(None, str(refusal))
        return trend_page(request, patient, status=422, form=form)
    saved(request, "Schedule saved.")
    return redirect("assessments:trend", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
def schedule_end(request: Request, pk: uuid.UUID) -> HttpResponse:
    """End a schedule. Its form is on the trend page, which is shown to who opens the address."""
    schedule = get_object_or_404(Schedule, pk=pk)
    if request.method == "POST":
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
@without_patients
def worklist_counts(request: Request) -> HttpResponse:
    """Count what waits in each worklist, up to `MOST_COUNTED`. The menu asks for this once a page."""
    waiting: dict[str, QuerySet[Any]] = {
        "due": Schedule.objects.due(timezone.localdate()),
        "reviews": Review.objects.waiting(),
    }
    if Permission.ALERTS_VIEW in request.permissions:
        waiting["alerts"] = Alert.objects.open()
    counts = {name: rows.order_by()[: MOST_COUNTED + 1].count() for name, rows in waiting.items()}
    return render(request, "assessments/_counts.html", {"counts": counts, "most": MOST_COUNTED})
