"""What an entry of a timeline says of its record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from clinic.assessments.models import Alert, AnswerRequest, Assessment, ContactNote, Episode, Review, Schedule
from clinic.assessments.of_patients import change_in_words
from clinic.audit.models import AuditEvent
from clinic.patients.models import Severity


@dataclass(frozen=True)
class Line:
    """`label` says what happened, `title` to what, `text` the words that were written, `state` what became of it."""

    label: str
    title: str
    url: str
    by: str = ""
    at: datetime | None = None
    score: str = ""
    band: str = ""
    severity: int | None = None
    state: str = ""
    text: str = ""
    is_struck: bool = False


def _page(name: str, row: Any) -> str:
    """A page of the patient's."""
    return reverse(f"assessments:{name}", args=[row.patient_id])


def _assessment(row: Assessment) -> Line:
    return Line(
        label="Assessment", title=row.name, url=reverse("assessments:detail", args=[row.pk]), by=row.practitioner_name,
        score=row.score_text if row.made else "", band=row.band if row.made else "", severity=row.severity,
        state="" if row.made and row.status == "completed" else row.status_label,
    )  # fmt: skip


def _note(row: ContactNote) -> Line:
    state = f"Struck out by {row.struck_by_name}: {row.struck_reason}" if not row.stands else ""
    return Line(
        label="Note", title=row.kind_label, url=reverse("assessments:note", args=[row.pk]),
        by=row.written_by_name, text=row.text, state=state or ("Amended" if row.is_amended else ""),
        is_struck=not row.stands,
    )  # fmt: skip


def _link(row: AnswerRequest) -> Line:
    """It leads to what was answered, else to where links are listed: its own page is for whoever assesses."""
    answered = row.assessment_id is not None
    return Line(
        label="Link made", title=row.title, by=row.created_by_name, at=row.created_at, state=row.get_state_display(),
        url=reverse("assessments:detail", args=[row.assessment_id]) if answered else _page("for_patient", row),
    )  # fmt: skip


def _alert_raised(row: Alert) -> Line:
    return Line(
        label="Alert", title=row.text, url=_page("alerts_of", row),
        by=row.answered_by, at=row.raised_at, severity=row.severity, band=str(Severity(row.severity).label),
        state="Open" if row.open else "",
    )  # fmt: skip


def _alert_acknowledged(row: Alert) -> Line:
    return Line(
        label="Alert acknowledged", title=row.text, url=_page("alerts_of", row),
        by=row.acknowledged_by_name, at=row.acknowledged_at, text=row.note,
    )  # fmt: skip


def _reviewed(row: Review) -> Line:
    return Line(
        label="Result reviewed", title=row.assessment.name,
        url=reverse("assessments:detail", args=[row.assessment_id]), by=row.reviewed_by_name, at=row.reviewed_at,
        text=row.note,
    )  # fmt: skip


def _schedule_set(row: Schedule) -> Line:
    return Line(
        label="Schedule set", title=f"{row.title} {row.pace_text}", at=row.created_at,
        url=_page("trend", row),
    )  # fmt: skip


def _schedule_ended(row: Schedule) -> Line:
    return Line(label="Schedule ended", title=f"{row.title} {row.pace_text}", url=_page("trend", row))


def _episode_started(row: Episode) -> Line:
    return Line(label="Treatment", title="Started", url=_page("trend", row), by=row.created_by_name)


def _episode_ended(row: Episode) -> Line:
    return Line(label="Treatment", title="Ended", url=_page("trend", row), by=row.ended_by_name, text=row.end_label)


def _changed(row: AuditEvent) -> Line:
    fields = ", ".join(name.replace("_", " ") for name in row.changes) if row.action == "patient.changed" else ""
    return Line(
        label="Details", title=change_in_words(row), url=reverse("patients:history", args=[row.patient_id]),
        by=row.actor_name, at=row.at, text=fields,
    )  # fmt: skip


# By the name of the source.
LINES: dict[str, Callable[[Any], Line]] = {
    "assessment": _assessment,
    "note": _note,
    "link": _link,
    "alert_raised": _alert_raised,
    "alert_acknowledged": _alert_acknowledged,
    "reviewed": _reviewed,
    "schedule_set": _schedule_set,
    "schedule_ended": _schedule_ended,
    "episode_started": _episode_started,
    "episode_ended": _episode_ended,
    "changed": _changed,
}
