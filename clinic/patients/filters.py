"""How patients are searched and narrowed, on the page and in the API."""

from typing import Any

import django_filters
from django.db.models import TextChoices
from django.utils import timezone

from clinic.lists.page.narrowing import SearchFilter
from clinic.lists.reading.selection import Search
from clinic.patients.models import Gender, Patient, PatientQuerySet
from clinic.patients.search.rules import search_for
from clinic.staff.models import Practitioner


class AgeBand(TextChoices):
    """Completed years, both ends included."""

    CHILD = "0-11", "0 to 11"
    TEEN = "12-17", "12 to 17"
    YOUNG = "18-39", "18 to 39"
    MIDDLE = "40-64", "40 to 64"
    OLDER = "65-79", "65 to 79"
    OLDEST = "80-150", "80 and over"


class Archived(TextChoices):
    ONLY = "only", "Archived only"
    ALL = "all", "Archived too"


class Severity(TextChoices):
    """The severity bands of all instruments on one scale; each choice takes in what is worse."""

    MILD = "1", "Mild or worse"
    MODERATE = "2", "Moderate or worse"
    HIGH = "3", "High or worse"
    SEVERE = "4", "Severe"


class Due(TextChoices):
    OVERDUE = "overdue", "Overdue"
    SOON = "soon", "Within 7 days"


class Alerts(TextChoices):
    OPEN = "open", "Open alerts"


class PatientFilter(SearchFilter):
    gender = django_filters.ChoiceFilter(choices=Gender.choices, label="Gender", empty_label="Any")
    age = django_filters.ChoiceFilter(choices=AgeBand.choices, method="in_age_band", label="Age", empty_label="Any")
    user = django_filters.ModelChoiceFilter(
        queryset=lambda request: Practitioner.objects.all(), label="Practitioner", empty_label="Any"
    )
    severity = django_filters.ChoiceFilter(
        choices=Severity.choices, field_name="last_severity", lookup_expr="gte", label="Severity", empty_label="Any"
    )
    score_min = django_filters.NumberFilter(
        field_name="last_score", lookup_expr="gte", label="Last score from", max_digits=8, decimal_places=2
    )
    score_max = django_filters.NumberFilter(
        field_name="last_score", lookup_expr="lte", label="Last score to", max_digits=8, decimal_places=2
    )
    due = django_filters.ChoiceFilter(choices=Due.choices, method="by_due", label="Next due", empty_label="Any")
    alerts = django_filters.ChoiceFilter(choices=Alerts.choices, method="by_alerts", label="Alerts", empty_label="Any")
    archived = django_filters.ChoiceFilter(
        choices=Archived.choices, method="by_archived", label="Show", empty_label="Not archived"
    )

    class Meta:
        model = Patient
        fields = ()

    def searched(self, text: str) -> Search | None:
        return search_for(text)

    def in_age_band(self, queryset: PatientQuerySet, name: str, value: str) -> PatientQuerySet:
        youngest, oldest = map(int, value.split("-"))
        return queryset.aged(youngest, oldest, today=timezone.localdate())

    def by_due(self, queryset: PatientQuerySet, name: str, value: str) -> PatientQuerySet:
        today = timezone.localdate()
        return queryset.overdue(today) if value == Due.OVERDUE else queryset.due_within(7, today=today)

    def by_alerts(self, queryset: PatientQuerySet, name: str, value: str) -> PatientQuerySet:
        return queryset.with_open_alerts()

    def by_archived(self, queryset: PatientQuerySet, name: str, value: str) -> PatientQuerySet:
        return queryset.archived() if value == Archived.ONLY else queryset

    def narrowed(self, queryset: Any) -> Any:
        found = super().narrowed(queryset)
        return found if self.form.cleaned_data["archived"] else found.active()
