"""What a patient's page opens on: the latest results, what is due, open alerts, the last assessments and notes.

The page is the patients'; this is the part of it that is known of assessments. The page fetches it, and it is a page of
its own for whoever has no script.
"""

from datetime import date, timedelta
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone

from clinic.access import Permission, Request
from clinic.assessments.alerts.cards import Question, age_text, cards_of
from clinic.assessments.models import Assessment, ContactNote, Schedule
from clinic.assessments.notes.forms import NoteForm
from clinic.assessments.record.periods import Period, scored_in
from clinic.assessments.summary.time_axis import TimeAxis, time_axis
from clinic.instruments.catalogue import newest_of
from clinic.instruments.items.parts import Number
from clinic.lists.page.list_page import Link
from clinic.patients.models import Patient

MOST_READINGS, RECENT = 200, 3
# How far back the drawing goes, by what its address says; 0 for everything.
RANGES = {"": ("Everything", 0), "year": ("A year", 365), "quarter": ("3 months", 91)}


class Latest(NamedTuple):
    """The latest result of one instrument, beside the one before it."""

    result: Any
    high: Number
    before_on: date | None


class AlertLine(NamedTuple):
    """What was answered so, once or several times, and how long the first of these waits."""

    text: str
    answer: str
    severity: int
    times: int
    age: str


class Choice(NamedTuple):
    """How far back the drawing may go."""

    label: str
    url: str
    is_chosen: bool


def summary_of(request: Request, patient: Patient, range: str) -> dict[str, Any]:
    """What the summary shows of a patient who was read with their latest results."""
    rows = list(scored_in(patient.pk, Period()).reverse()[:MOST_READINGS])[::-1]
    today = timezone.localdate()
    schedules = list(Schedule.objects.active().titled().filter(patient=patient).order_by("next_due_on", "id"))
    return {
        "patient": patient,
        "latest": [_latest(result, rows) for result in patient.results],
        "schedules": schedules,
        "alerts": alert_lines(patient) if Permission.ALERTS_VIEW in request.permissions else [],
        "recent": Assessment.objects.active().filter(patient=patient).order_by("-date", "-listed_at", "-id")[:RECENT],
        "axis": _axis(rows, range, today),
        "ranges": _ranges(patient, range) if rows else [],
        "primary": primary_action(request, patient, schedules, today),
        "new": _new(patient),
        **_contacts(request, patient),
    }


def _contacts(request: Request, patient: Patient) -> dict[str, Any]:
    """The last notes, for who may see them, and when somebody last had to do with the patient."""
    may_read = Permission.ANSWERS_VIEW in request.permissions
    may_write = may_read and Permission.ASSESSMENTS_EDIT in request.permissions and patient.archived_at is None
    noted = ContactNote.objects.filter(patient=patient).newest_first()
    made = Assessment.objects.active().made().filter(patient=patient).order_by("-date")
    contacts = made.values("date")[:1]
    if may_read:
        contacts = contacts.union(noted.of_contacts().values("date")[:1])
    return {
        "may_read_notes": may_read,
        "notes": noted[:RECENT] if may_read else [],
        "note_form": NoteForm() if may_write else None,
        "last_contact": max((contact["date"] for contact in contacts), default=None),
    }


def alert_lines(patient: Patient) -> list[AlertLine]:
    """The patient's open alerts by question, the most urgent first."""
    return [_alert_line(question) for question in cards_of([patient])[0].questions if question.waits]


def _alert_line(question: Question) -> AlertLine:
    waiting = [line for line in question.lines if line.alert.open]
    since = min(line.alert.raised_at for line in waiting)
    severity = max(line.alert.severity for line in waiting)
    text = question.text or question.to_do
    return AlertLine(text, waiting[0].answer, severity, len(waiting), age_text(since))


def primary_action(request: Request, patient: Patient, schedules: list[Schedule], today: date) -> Link | None:
    """What is to be done first: what is due for longest, else whatever somebody chooses; None for who only reads."""
    if Permission.ASSESSMENTS_EDIT not in request.permissions or patient.particulars.asked_no_more:
        return None
    due = next((each for each in schedules if each.next_due_on <= today), None)
    if due is None:
        return Link("New assessment", _new(patient))
    return Link(f"Give {due.title}", f"{_new(patient)}&instrument={due.instrument}")


def _new(patient: Patient) -> str:
    return f"{reverse('assessments:new')}?patient={patient.pk}"


def _latest(result: Any, rows: list[Assessment]) -> Latest:
    """`rows` are the scored assessments, oldest first."""
    same = [row for row in rows if row.instrument == result.instrument]
    return Latest(result, newest_of(result.instrument).high, same[-2].date if len(same) > 1 else None)


def _axis(rows: list[Assessment], range: str, today: date) -> TimeAxis | None:
    days = RANGES[range][1]
    since = today - timedelta(days=days)
    return time_axis([row for row in rows if not days or row.date >= since])


def _ranges(patient: Patient, chosen: str) -> list[Choice]:
    address = reverse("assessments:summary", args=[patient.pk])
    return [
        Choice(label, f"{address}?range={key}" if key else address, key == chosen) for key, (label, _) in RANGES.items()
    ]
