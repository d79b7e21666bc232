"""The lists of assessments, as columns."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import escape

from clinic.assessments.risk import RiskAlert
from clinic.ui.columns import DateColumn, LinkColumn, NumberColumn, TextColumn


class PatientAssessmentTable(tables.Table):
    """One patient's assessments."""

    name = LinkColumn(view="assessments:detail", order_by="search_name")
    type = TextColumn(accessor="type_label", order_by="type", css="nowrap")
    date = DateColumn()
    score = NumberColumn()
    practitioner = TextColumn(accessor="user__display_name", order_by=("user__display_name", "user"), css="person")


class AssessmentTable(tables.Table):
    """The whole clinic's."""

    name = LinkColumn(view="assessments:detail", order_by="search_name")
    patient = TextColumn(
        accessor="patient__display_name", order_by=("patient__filed_as", "patient__search_name", "patient")
    )
    record_number = TextColumn(verbose_name="Record", css="nowrap", accessor="patient__record_number")
    type = TextColumn(accessor="type_label", order_by="type", css="nowrap")
    date = DateColumn()
    score = NumberColumn()
    practitioner = TextColumn(accessor="user__display_name", order_by=("user__display_name", "user"), css="person")


class AlertLinkColumn(TextColumn):
    """The patient, as a link to the sitting that raised the alert."""

    def cell(self, value: object, record: RiskAlert) -> str:  # type: ignore[override]
        address = reverse("assessments:detail", args=[record.assessment_id])
        return f'<a href="{address}#alert-{record.pk}"><bdi>{escape(value)}</bdi></a>'


class AlertTable(tables.Table):
    """Risk alerts of the whole clinic."""

    patient = AlertLinkColumn(accessor="patient__display_name", orderable=False)
    record_number = TextColumn(verbose_name="Record", css="nowrap", accessor="patient__record_number", orderable=False)
    text = TextColumn(verbose_name="What", orderable=False)
    raised = DateColumn(accessor="raised_on", order_by="raised_at")
    practitioner = TextColumn(accessor="patient__user__display_name", css="person", orderable=False)
    state = TextColumn(accessor="state_label", orderable=False)
