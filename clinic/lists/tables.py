"""The list of jobs, as columns."""

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.html import escape
from django_filters import FilterSet

from clinic.lists.models import Job, JobState
from clinic.lists.page.columns import DateColumn, TextColumn


class JobColumn(TextColumn):
    def cell(self, value: object, record: Job) -> str:
        return f'<a href="{reverse("lists:job", args=[record.pk])}">{escape(value)}</a>'


class JobTable(tables.Table):
    label = JobColumn(verbose_name="Work", orderable=False)
    state = TextColumn(accessor="state_label", orderable=False)
    by = TextColumn(verbose_name="Begun by", accessor="by_name", orderable=False)
    begun = DateColumn(accessor="created_on", order_by="created_at")


class JobFilter(FilterSet):
    state = django_filters.ChoiceFilter(choices=JobState.choices, label="State", empty_label="Any")

    class Meta:
        model = Job
        fields = ()
