"""The worklist of alerts, a card for each patient, and acknowledging them: one alert, or all that a card shows."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.alerts.actions import NoteMissing, Worsened, acknowledge_alerts, take_back_acknowledgement
from clinic.assessments.alerts.cards import Card, cards_of
from clinic.assessments.bulk import ALERT_CARDS, ALERTS
from clinic.assessments.models.alerts import Alert
from clinic.assessments.of_patients import patient_or_404
from clinic.audit.reading import note_export, note_record
from clinic.lists.jobs.exports import download
from clinic.lists.page.addresses import mine_of
from clinic.lists.page.list_page import ListPage
from clinic.lists.pages import list_page
from clinic.patients.models import Patient
from clinic.staff.clinic_settings.actions import alert_instructions
from clinic.ui.pages import noted, own_path, saved

LONGEST_NOTE = 2000
CLOSED = 1  # of what was acknowledged, so many of a question stand on the worklist; the patient's page has all
POINTS = re.compile(r"-?\d{1,6}(?:\.\d{1,2})?", re.ASCII)
MEANWHILE = "Somebody acknowledged this meanwhile. Your note was not saved; it is kept below."
WORSE = "A worse answer came meanwhile: look at it first. Your note was not saved; it is kept below."


@require_safe
@requires(Permission.ALERTS_VIEW)
def alert_list(request: Request) -> HttpResponseBase:
    """A card for each patient with an open alert. The file has a row for each alert."""
    if "_export" in request.GET:
        note_export(request, ALERTS.key)
        return download(request, ALERTS)
    page = ListPage(
        heading="Alerts",
        noun=ALERT_CARDS.noun,
        noun_plural=ALERT_CARDS.noun_plural,
        search_hint="Patient or record number",
        empty_title="No open alerts",
        empty_text="Answers that need action appear here until somebody says what was done.",
        card_template="assessments/_alert_cards.html",
        make_cards=_cards,
    )
    context = {"instructions": alert_instructions(), "mine_url": mine_of(request, "assessments:alerts")}
    return list_page(request, ALERT_CARDS, page, template="assessments/alert_list.html", context=context)


@require_safe
@requires(Permission.ALERTS_VIEW)
def patient_alerts(request: Request, pk: UUID) -> HttpResponse:
    patient = patient_or_404(pk)
    return _patient_page(request, patient)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT, Permission.ALERTS_VIEW)
def alert_acknowledge(request: Request, pk: UUID) -> HttpResponse:
    """Acknowledge one alert with a note. Without a note the patient's card asks again."""
    alert = get_object_or_404(Alert.objects.select_related("patient__user"), pk=pk)
    return _acknowledge(request, alert.patient, {pk: _shown(request).get(pk)}, field=str(pk))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT, Permission.ALERTS_VIEW)
def patient_acknowledge(request: Request, pk: UUID) -> HttpResponse:
    """Acknowledge with one note all alerts that the card showed as open. One that was raised meanwhile stays open."""
    patient = patient_or_404(pk)
    return _acknowledge(request, patient, _shown(request), field=str(pk))


@require_POST
@requires(Permission.ASSESSMENTS_EDIT, Permission.ALERTS_VIEW)
def patient_reopen(request: Request, pk: UUID) -> HttpResponse:
    """Take back one's own acknowledgement of a moment ago."""
    patient = patient_or_404(pk)
    opened = take_back_acknowledgement(by=request.actor, patient_id=patient.pk)
    if opened:
        saved(request, "Alert open again." if len(opened) == 1 else f"{len(opened)} alerts open again.")
    else:
        noted(request, "Nothing was taken back: only who acknowledged an alert can, within ten minutes.")
    return redirect("assessments:today")


def _acknowledge(
    request: Request, patient: Patient, seen: Mapping[UUID, Decimal | None], *, field: str
) -> HttpResponse:
    """Acknowledge and go back; `field` says which note of the card was written."""
    address = reverse("assessments:alerts_of", args=[patient.pk])
    if request.method != "POST":
        return redirect(address)
    note = request.POST.get("note", "")
    problem, closed = "", list[Alert]()
    if len(note) > LONGEST_NOTE or "\x00" in note:
        problem = f"Say what was done about it, in at most {LONGEST_NOTE:,} characters."
    try:
        if not problem:
            closed = acknowledge_alerts(by=request.actor, patient_id=patient.pk, seen=seen, note=note)
    except NoteMissing as missing:
        problem = str(missing)
    except Worsened:
        return _patient_page(request, patient, status=409, meanwhile=WORSE, note=note)
    if problem:
        return _patient_page(request, patient, status=422, note_error=problem, note_field=field, note=note)
    if not closed and not _sent_twice(request, seen, note):
        return _patient_page(request, patient, status=409, meanwhile=MEANWHILE, note=note)
    many = len(closed) or len(seen)
    saved(request, "Alert acknowledged." if many == 1 else f"{many} alerts acknowledged.", undo=True)
    return redirect(own_path(request.POST.get("next", ""), address))


def _sent_twice(request: Request, ids: Collection[UUID], note: str) -> bool:
    """Whether this form acknowledged the alerts already, as after pressing its button twice."""
    rows = Alert.objects.filter(pk__in=ids)
    return rows.filter(acknowledged_by_id=request.actor.id, note=note.strip()).exists()


def _shown(request: Request) -> dict[UUID, Decimal | None]:
    """The alerts that the card showed as open, and how bad their answers were then."""
    found: dict[UUID, Decimal | None] = {}
    for text in request.POST.getlist("alert"):
        key, _, points = text.partition("/")
        try:
            found[UUID(key)] = Decimal(points) if POINTS.fullmatch(points) else None
        except ValueError:
            continue
    return found


def _cards(alerts: Collection[Alert]) -> list[Card]:
    return cards_of([alert.patient for alert in alerts], closed=CLOSED)


def _patient_page(request: Request, patient: Patient, *, status: int = 200, **context: Any) -> HttpResponse:
    """The card of one patient. `context` holds why a note was refused, and the note."""
    note_record(request, patient)
    shown = {
        "patient": patient,
        "card": cards_of([patient])[0],
        "instructions": alert_instructions(),
        "back": own_path(request.POST.get("next", ""), request.path if request.method != "POST" else ""),
        **context,
    }
    return render(request, "assessments/patient_alerts.html", shown, status=status)
