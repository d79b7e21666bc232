"""The lists of assessments, as columns."""

import django_tables2 as tables

from clinic.assessments.models import AssessmentType
from clinic.ui.columns import ChoiceColumn, DateColumn, LinkColumn, NumberColumn, TextColumn


class PatientAssessmentTable(tables.Table):
    """One patient's assessments."""

    name = LinkColumn(view="assessments:detail", order_by="search_name")
    type = ChoiceColumn(choices=AssessmentType.choices, css="nowrap")
    date = DateColumn()
    score = NumberColumn()
    practitioner = TextColumn(
        accessor="user__display_name", order_by=("user__display_name", "user", "date"), css="person"
    )


class AssessmentTable(tables.Table):
    """The whole clinic's."""

    name = LinkColumn(view="assessments:detail", order_by="search_name")
    patient = TextColumn(
        accessor="patient__display_name", order_by=("patient__filed_as", "patient__given_as", "patient")
    )
    record_number = TextColumn(
        verbose_name="Record", css="nowrap", accessor="patient__record_number",
        order_by=("patient__record_number", "patient"),
    )  # fmt: skip
    type = ChoiceColumn(choices=AssessmentType.choices, css="nowrap")
    date = DateColumn()
    score = NumberColumn()
    practitioner = TextColumn(
        accessor="user__display_name", order_by=("user__display_name", "user", "date"), css="person"
    )
