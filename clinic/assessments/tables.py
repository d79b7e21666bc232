"""The tables of assessments, alerts and due schedules."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar

import django_tables2 as tables
from django.db import models
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language

from clinic.access import Permission
from clinic.assessments.models import Assessment, AssessmentStatus, AssessmentType
from clinic.assessments.models.alerts import Alert
from clinic.assessments.models.schedules import Schedule
from clinic.instruments.catalogue import title_of, titles_of
from clinic.lists.page.columns import (
    ChoiceColumn,
    DateColumn,
    LinkColumn,
    NumberColumn,
    TextColumn,
    day_html,
)
from clinic.patients.models import Severity
from clinic.patients.tables import band_html
from clinic.ui.pages import around_key


class InstrumentColumn(TextColumn):
    """What the instrument is called now; empty for a free assessment. Its version has a column in files."""

    file_columns = ("Instrument", "Version")

    def cells(self, records: Sequence[Assessment]) -> list[str]:
        titles = titles_of({record.instrument for record in records if record.instrument})
        shown = {id: f"<bdi>{escape(title)}</bdi>" for id, title in titles.items()}
        return [shown.get(record.instrument, "") for record in records]

    def all_file_values(self, records: Sequence[Assessment]) -> list[Sequence[Any]]:
        titles = titles_of({record.instrument for record in records if record.instrument})
        return [(titles.get(record.instrument, ""), record.instrument_version) for record in records]

    def plain(self, record: Assessment) -> Any:
        return title_of(record.instrument) if record.instrument else ""


class ScoreColumn(NumberColumn):
    """The score of a completed assessment, in files with what an unscored total lies between."""

    file_columns = ("Score", "Lowest total", "Highest total")

    def getter(self) -> Callable[[models.Model], Any]:
        return score_of

    def file_values(self, record: Assessment) -> Sequence[Any]:
        return (record.score, record.score_low, record.score_high) if record.made else (None, None, None)


def score_of(record: Any) -> Any:
    """The score as far as it is a result: that of an assessment which is not completed may still change."""
    return record.score if record.made else None


class SeverityColumn(TextColumn):
    """The band of a completed assessment, with the mark of its severity."""

    file_columns = ("Band", "Severity", "Cut-off")

    def cells(self, records: Sequence[Assessment]) -> list[str]:
        return [
            band_html(record.band, record.severity)
            if record.made and (record.band or record.severity is not None)
            else ""
            for record in records
        ]

    def file_values(self, record: Assessment) -> Sequence[Any]:
        if not record.made:
            return ("", "", "")
        severity = "" if record.severity is None else str(Severity(record.severity).label)
        return (record.band, severity, record.cutoff or "")

    def plain(self, record: Assessment) -> Any:
        return self.file_values(record)[0]


NEEDS = dict.fromkeys(("instrument", "status", "score", "severity"), Permission.ASSESSMENTS_VIEW)


class PatientColumn(TextColumn):
    """The patient whom a row is about, linked to their page."""

    def cells(self, records: Sequence[Any]) -> list[str]:
        before, behind = around_key("patients:detail", get_script_prefix())
        return [
            f'<a href="{before}{record.patient_id}{behind}"><bdi>{escape(name)}</bdi></a>'
            for name, record in zip(map(self.getter(), records), records, strict=True)
        ]


class PatientAssessmentTable(tables.Table):
    """One patient's assessments."""

    name = LinkColumn(view="assessments:detail", order_by="search_name", css="title")
    type = ChoiceColumn(choices=AssessmentType.choices, css="nowrap rest")
    instrument = InstrumentColumn(css="rest")
    status = ChoiceColumn(choices=AssessmentStatus.choices, css="nowrap")
    date = DateColumn()
    score = ScoreColumn()
    severity = SeverityColumn()
    practitioner = TextColumn(
        accessor="user__display_name", order_by=("user__display_name", "user", "date"), css="person rest"
    )

    needs: ClassVar[dict[str, Permission]] = NEEDS


class AssessmentTable(tables.Table):
    """The assessments of the whole clinic."""

    name = LinkColumn(view="assessments:detail", order_by="search_name", css="title")
    patient = PatientColumn(
        accessor="patient__display_name", order_by=("patient__filed_as", "patient__given_as", "patient")
    )
    record_number = TextColumn(
        verbose_name="Record", css="nowrap rest", accessor="patient__record_number",
        order_by=("patient__record_number", "patient"),
    )  # fmt: skip
    type = ChoiceColumn(choices=AssessmentType.choices, css="nowrap rest")
    instrument = InstrumentColumn(css="rest")
    status = ChoiceColumn(choices=AssessmentStatus.choices, css="nowrap")
    date = DateColumn()
    score = ScoreColumn()
    severity = SeverityColumn()
    practitioner = TextColumn(
        accessor="user__display_name", order_by=("user__display_name", "user", "date"), css="person rest"
    )

    needs: ClassVar[dict[str, Permission]] = {
        **NEEDS, **dict.fromkeys(("name", "patient", "record_number"), Permission.PATIENTS_VIEW)
    }  # fmt: skip
    shown = ("name", "patient", "status", "date", "score", "severity", "practitioner")


class AlertLinkColumn(TextColumn):
    """The patient, linked to the assessment that raised the alert."""

    def cell(self, value: object, record: Alert) -> str:
        address = reverse("assessments:detail", args=[record.assessment_id])
        return f'<a href="{address}#alert-{record.pk}"><bdi>{escape(value)}</bdi></a>'


class AlertTable(tables.Table):
    """Alerts of the whole clinic, shown as a card of each patient."""

    default_per_page = 10

    patient = AlertLinkColumn(accessor="patient__display_name", orderable=False)
    record_number = TextColumn(
        verbose_name="Record", css="nowrap rest", accessor="patient__record_number", orderable=False
    )
    text = TextColumn(verbose_name="What", orderable=False)
    raised = DateColumn(accessor="raised_on", order_by="raised_at")
    practitioner = TextColumn(
        verbose_name="Practitioner", accessor="patient__practitioner_name", css="person rest", orderable=False
    )
    state = TextColumn(accessor="state_label", orderable=False)
    severity = NumberColumn(order_by=("-urgency", "raised_at"))
    answered_by = TextColumn(orderable=False)


class DueInstrumentColumn(TextColumn):
    """The instrument, linked to the form that is due."""

    def cell(self, value: object, record: Schedule) -> str:
        address = f"{reverse('assessments:new')}?patient={record.patient_id}&amp;instrument={escape(record.instrument)}"
        return f'<a href="{address}"><bdi>{escape(value)}</bdi></a>'


class DueDateColumn(DateColumn):
    """The due date, the days since then, and why it is due although it was answered."""

    def cells(self, records: Sequence[Schedule]) -> list[str]:
        today, language = timezone.localdate(), get_language()
        return [
            due_html(record.next_due_on, today, language) + unscored_html(record.unscored_on, today, language)
            for record in records
        ]


def due_html(day: date, today: date, language: str | None) -> str:
    late = (today - day).days
    words = f' <span class="late">{late} day{"" if late == 1 else "s"} overdue</span>' if late > 0 else ""
    return day_html(day, today, language) + words


def unscored_html(day: date | None, today: date, language: str | None) -> str:
    return (
        f' <span class="hint unscored">answered without a score {day_html(day, today, language)}</span>' if day else ""
    )


class DueTable(tables.Table):
    """The schedules of all patients of the clinic."""

    patient = PatientColumn(accessor="patient__display_name", orderable=False)
    record_number = TextColumn(
        verbose_name="Record", css="nowrap rest", accessor="patient__record_number", orderable=False
    )
    instrument = DueInstrumentColumn(accessor="title", css="nowrap", orderable=False)
    due = DueDateColumn(accessor="next_due_on", order_by="next_due_on")
    last = DateColumn(verbose_name="Last done", accessor="last_done_on", css="nowrap said", orderable=False)
    plan = TextColumn(verbose_name="Schedule", accessor="pace_text", css="schedule rest", orderable=False)
    practitioner = TextColumn(
        verbose_name="Practitioner", accessor="patient__practitioner_name", css="person rest", orderable=False
    )


class ReviewTable(tables.Table):
    """What came in without a clinician."""

    name = LinkColumn(view="assessments:detail", accessor="assessment__name", orderable=False)
    patient = TextColumn(accessor="assessment__patient__display_name", orderable=False)
    record_number = TextColumn(
        verbose_name="Record", css="nowrap rest", accessor="assessment__patient__record_number", orderable=False
    )
    came = DateColumn(accessor="came_at", order_by="came_at")
    channel = TextColumn(accessor="channel_label", orderable=False)
    status = TextColumn(accessor="assessment__status_label", orderable=False)
    band = TextColumn(accessor="assessment__band", orderable=False)
    practitioner = TextColumn(
        verbose_name="Practitioner",
        accessor="assessment__patient__practitioner_name",
        css="person rest",
        orderable=False,
    )
    reviewed = DateColumn(accessor="reviewed_at", orderable=False)
    reviewed_by = TextColumn(accessor="reviewed_by_name", orderable=False)
    note = TextColumn(verbose_name="Word", orderable=False)

    needs: ClassVar[dict[str, Permission]] = dict.fromkeys(("status", "band"), Permission.ASSESSMENTS_VIEW)
