"""Filters of assessments, alerts and schedules, for the pages and the API."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, TextChoices
from django.utils import timezone
from django_filters import FilterSet
from django_filters.fields import ChoiceField

from clinic.access import Permission
from clinic.assessments.by_result import by_score, runs_by_result
from clinic.assessments.models import Assessment, AssessmentQuerySet, AssessmentStatus, AssessmentType
from clinic.assessments.models.alerts import Alert, AlertQuerySet
from clinic.assessments.models.reviews import Review, ReviewQuerySet
from clinic.assessments.models.schedules import Schedule, ScheduleQuerySet
from clinic.assessments.of_patients import all_patients, find_patient, search_for_patients
from clinic.assessments.search import search_for_assessments
from clinic.instruments.catalogue import every_title
from clinic.lists.page.narrowing import SearchFilter
from clinic.lists.reading.index_runs import ALL, BadList, IndexRun, Sql
from clinic.lists.reading.selection import Search, matching_keys
from clinic.patients.filters import SCALE_WORDS, SEVERITIES, WHOSE_SCORE, Archived, ScoreForm
from clinic.patients.models import Patient
from clinic.staff.filters import practitioner_filter
from clinic.text.faults import Fault
from clinic.ui.forms import DateField

FREE = "none"  # in place of an instrument's id
OF_COMPLETED = "Of the chosen instrument, of completed ones."


class PatientField(forms.UUIDField):
    """A patient's id. It cleans to the patient, so that a chip can show the name."""

    def clean(self, value: Any) -> Patient | None:
        key: uuid.UUID | None = super().clean(value)
        if key is None:
            return None
        patient = find_patient(key)
        if patient is None:
            raise ValidationError("This clinic has no such patient.", code=Fault.UNKNOWN)
        return patient


class PatientIdFilter(django_filters.Filter):
    field_class = PatientField


class DateFilter(django_filters.Filter):
    field_class = DateField


class InstrumentChoiceField(ChoiceField):
    """One of the clinic's instruments, of which each clinic has others."""


class InstrumentChoiceFilter(django_filters.ChoiceFilter):
    field_class = InstrumentChoiceField


class AssessmentFilterForm(ScoreForm):
    """Refuses an order by score too, of which it is not said whose it is."""

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if by_score([self.data.get("sort", "")]) and "instrument" in self.fields and not values.get("instrument"):
            self.add_error("instrument", ValidationError(WHOSE_SCORE, code=Fault.TOGETHER))
        return values


class AssessmentFilter(SearchFilter):
    type = django_filters.ChoiceFilter(choices=AssessmentType.choices, label="Type", empty_label="Any")
    instrument = InstrumentChoiceFilter(
        choices=every_title,
        method="by_instrument",
        label="Instrument",
        empty_label="Any",
        null_label="None, free assessments",
        null_value=FREE,
        help_text="Scores are narrowed and sorted by within one.",
    )
    status = django_filters.ChoiceFilter(choices=AssessmentStatus.choices, label="Status", empty_label="Any")
    severity = django_filters.ChoiceFilter(
        choices=SEVERITIES,
        method="by_severity",
        label="Severity",
        empty_label="Any",
        help_text=f"Of completed ones: {SCALE_WORDS}. Normal has none.",
    )
    date_from = DateFilter(field_name="date", lookup_expr="gte", label="From")
    date_to = DateFilter(field_name="date", lookup_expr="lte", label="Until")
    score_min = django_filters.NumberFilter(
        method="by_limit", label="Score from", max_digits=8, decimal_places=2, help_text=OF_COMPLETED
    )
    score_max = django_filters.NumberFilter(
        method="by_limit", label="Score to", max_digits=8, decimal_places=2, help_text=OF_COMPLETED
    )
    user = practitioner_filter(nobody=None)
    patient = PatientIdFilter(label="Patient", widget=forms.HiddenInput)
    archived = django_filters.ChoiceFilter(
        choices=Archived.choices, method="by_archived", label="Show", empty_label="Not archived"
    )

    class Meta:
        model = Assessment
        fields = ()
        form = AssessmentFilterForm

    needs: ClassVar[dict[str, Permission]] = dict.fromkeys(
        ("instrument", "status", "severity", "score_min", "score_max"), Permission.ASSESSMENTS_VIEW
    )

    def searched(self, text: str) -> Search | None:
        return search_for_assessments(text)

    def by_instrument(self, queryset: AssessmentQuerySet, name: str, value: str) -> AssessmentQuerySet:
        return queryset.following("" if value == FREE else value)

    def by_severity(self, queryset: AssessmentQuerySet, name: str, value: str) -> AssessmentQuerySet:
        return queryset.made().filter(severity__gte=value)

    def by_limit(self, queryset: AssessmentQuerySet, name: str, value: Decimal) -> AssessmentQuerySet:
        made = queryset.made()
        return made.filter(score__gte=value) if name == "score_min" else made.filter(score__lte=value)

    def by_archived(self, queryset: AssessmentQuerySet, name: str, value: str) -> AssessmentQuerySet:
        return queryset.archived() if value == Archived.ONLY else queryset

    def narrowed(self, queryset: Any) -> Any:
        found = super().narrowed(queryset)
        return found if self.form.cleaned_data["archived"] else found.active()

    def runs(self, queryset: QuerySet[Any], terms: list[str], where: Sql = ALL) -> tuple[IndexRun, ...]:
        """Those of one day in their order. Raises BadList for an order by score of which it is not said whose."""
        if by_score(terms) and not self.form.cleaned_data.get("instrument"):
            raise BadList(WHOSE_SCORE)
        return runs_by_result(queryset, terms, where, self.form.cleaned_data)


class PatientAssessmentFilter(AssessmentFilter):
    """The filter of one patient's assessments: it has no patient to choose."""

    patient = None  # type: ignore[assignment]  # how django-filter takes a declared filter away


def whose(queryset: QuerySet[Any], text: str, patient: str = "patient") -> QuerySet[Any]:
    """The rows whose patient the search finds, in the order of the rows; `patient` is the way to them."""
    search = search_for_patients(text)
    if search is None:
        return queryset
    return queryset.filter(**{f"{patient}__in": matching_keys(all_patients(), search)})


class AlertState(TextChoices):
    ALL = "all", "Acknowledged too"


class AlertFilter(FilterSet):
    """Open alerts by default; also by the patient's practitioner."""

    q = django_filters.CharFilter(method="search", label="Search", max_length=200)
    user = practitioner_filter("patient__user")
    state = django_filters.ChoiceFilter(
        choices=AlertState.choices, method="by_state", label="Show", empty_label="Open ones"
    )

    class Meta:
        model = Alert
        fields = ()

    def search(self, queryset: AlertQuerySet, name: str, value: str) -> QuerySet[Any]:
        return whose(queryset, value)

    def by_state(self, queryset: AlertQuerySet, name: str, value: str) -> AlertQuerySet:
        return queryset

    def filter_queryset(self, queryset: AlertQuerySet) -> AlertQuerySet:
        found: AlertQuerySet = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.open()


class DueWhen(TextChoices):
    """Which schedules to show. The default is those that are due today or before."""

    OVERDUE = "overdue", "Overdue"
    WEEK = "week", "Within 7 days"
    ALL = "all", "All schedules"


class DueFilter(FilterSet):
    q = django_filters.CharFilter(method="search", label="Search", max_length=200)
    user = practitioner_filter("patient__user")
    when = django_filters.ChoiceFilter(choices=DueWhen.choices, method="by_when", label="When", empty_label="Due now")

    class Meta:
        model = Schedule
        fields = ()

    def search(self, queryset: ScheduleQuerySet, name: str, value: str) -> QuerySet[Any]:
        return whose(queryset, value)

    def by_when(self, queryset: ScheduleQuerySet, name: str, value: str) -> ScheduleQuerySet:
        today = timezone.localdate()
        until = {DueWhen.OVERDUE: today - timedelta(days=1), DueWhen.WEEK: today + timedelta(days=7)}
        return queryset.due(until[DueWhen(value)]) if value in until else queryset

    def filter_queryset(self, queryset: ScheduleQuerySet) -> ScheduleQuerySet:
        found: ScheduleQuerySet = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("when") else found.due(timezone.localdate())


class ReviewState(TextChoices):
    DONE = "reviewed", "Reviewed ones"
    ALL = "all", "All"


class ReviewFilter(FilterSet):
    """What waits by default, also by the patient's practitioner, the instrument and how severe it is."""

    q = django_filters.CharFilter(method="search", label="Search", max_length=200)
    instrument = django_filters.ChoiceFilter(
        choices=every_title, field_name="assessment__instrument", label="Instrument", empty_label="Any"
    )
    severity = django_filters.ChoiceFilter(
        choices=SEVERITIES,
        field_name="assessment__severity",
        lookup_expr="gte",
        label="Severity",
        empty_label="Any",
        help_text=f"Of completed ones: {SCALE_WORDS}.",
    )
    user = practitioner_filter("assessment__patient__user")
    state = django_filters.ChoiceFilter(
        choices=ReviewState.choices, method="by_state", label="Show", empty_label="Waiting ones"
    )

    class Meta:
        model = Review
        fields = ()

    needs: ClassVar[dict[str, Permission]] = dict.fromkeys(("instrument", "severity"), Permission.ASSESSMENTS_VIEW)

    def search(self, queryset: ReviewQuerySet, name: str, value: str) -> QuerySet[Any]:
        return whose(queryset, value, "assessment__patient")

    def by_state(self, queryset: ReviewQuerySet, name: str, value: str) -> ReviewQuerySet:
        return queryset.exclude(reviewed_at=None) if value == ReviewState.DONE else queryset

    def filter_queryset(self, queryset: ReviewQuerySet) -> ReviewQuerySet:
        found: ReviewQuerySet = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.waiting()
