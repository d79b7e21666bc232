"""How patients are searched and narrowed, on the page and in the API."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, TextChoices
from django.utils import timezone

from clinic.access import Permission, Request
from clinic.lists.page.narrowing import GONE, SearchFilter
from clinic.lists.reading.index_runs import ALL, IndexRun, Sql
from clinic.lists.reading.selection import Search
from clinic.patients.by_result import narrowed_by_result, runs_by_result
from clinic.patients.models import (
    Gender,
    ListMember,
    Patient,
    PatientList,
    PatientQuerySet,
    ScoredInstrument,
    Severity,
    Status,
)
from clinic.patients.search.rules import search_for
from clinic.staff.filters import practitioner_filter
from clinic.staff.models import Tag
from clinic.text.faults import Fault


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


# Each choice takes in what is worse; the normal end of a scale has no severity, and minimal is hardly a choice.
SEVERITIES = [
    (str(each.value), each.label if each == Severity.SEVERE else f"{each.label} or worse")
    for each in Severity
    if each != Severity.MINIMAL
]
SCALE_WORDS = ", ".join(each.label.lower() for each in Severity)
SCALE = f"Of the worst latest result: {SCALE_WORDS}. Normal has none."


WHOSE_SCORE = "Choose the instrument too: 10 is much on one and little on another."


class Due(TextChoices):
    OVERDUE = "overdue", "Overdue"
    SOON = "soon", "Within 7 days"


class Alerts(TextChoices):
    OPEN = "open", "Open alerts"


class ScoreForm(forms.Form):
    """Refuses limits of a score of which it is not said whose they are."""

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("score_min", "score_max"):
            if values.get(name) is not None and not values.get("instrument") and "instrument" not in self.errors:
                self.add_error(name, ValidationError(WHOSE_SCORE, code=Fault.TOGETHER))
        return values


def open_lists(request: Request | None) -> "QuerySet[PatientList]":
    """The lists that somebody may choose; work in the background, which nobody looks at, is told of one by its id."""
    return PatientList.objects.all() if request is None else PatientList.objects.open_to(request.actor.id)


class PatientFilter(SearchFilter):
    gender = django_filters.ChoiceFilter(choices=Gender.choices, label="Gender", empty_label="Any")
    age = django_filters.ChoiceFilter(choices=AgeBand.choices, method="in_age_band", label="Age", empty_label="Any")
    user = practitioner_filter()
    tag = django_filters.ModelChoiceFilter(
        queryset=lambda request: Tag.objects.all(),
        method="by_tag",
        label="Tag",
        empty_label="Any",
        error_messages=GONE,
    )
    on_list = django_filters.ModelChoiceFilter(
        queryset=open_lists, method="by_list", label="List", empty_label="Any", error_messages=GONE
    )
    status = django_filters.ChoiceFilter(choices=Status.choices, label="Status", empty_label="Any")
    instrument = django_filters.ModelChoiceFilter(
        queryset=lambda request: ScoredInstrument.objects.all(),
        method="by_result",
        label="Instrument",
        empty_label="Any",
        error_messages=GONE,
        help_text="Whose result is shown and ordered by.",
    )
    severity = django_filters.ChoiceFilter(
        choices=SEVERITIES, method="by_result", label="Severity", empty_label="Any", help_text=SCALE
    )
    score_min = django_filters.NumberFilter(
        method="by_result", label="Score from", max_digits=8, decimal_places=2, help_text="Of the chosen instrument."
    )
    score_max = django_filters.NumberFilter(
        method="by_result", label="Score to", max_digits=8, decimal_places=2, help_text="Of the chosen instrument."
    )
    due = django_filters.ChoiceFilter(choices=Due.choices, method="by_due", label="Next due", empty_label="Any")
    alerts = django_filters.ChoiceFilter(choices=Alerts.choices, method="by_alerts", label="Alerts", empty_label="Any")
    archived = django_filters.ChoiceFilter(
        choices=Archived.choices, method="by_archived", label="Show", empty_label="Not archived"
    )

    class Meta:
        model = Patient
        fields = ()
        form = ScoreForm

    needs: ClassVar[dict[str, Permission]] = {
        "alerts": Permission.ALERTS_VIEW,
        **dict.fromkeys(("instrument", "severity", "score_min", "score_max", "due"), Permission.ASSESSMENTS_VIEW),
    }

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

    def by_tag(self, queryset: PatientQuerySet, name: str, value: Tag) -> PatientQuerySet:
        return queryset.tagged(value.pk)

    def by_list(self, queryset: PatientQuerySet, name: str, value: PatientList) -> PatientQuerySet:
        return queryset.filter(pk__in=ListMember.objects.filter(list=value).values("patient"))

    def by_archived(self, queryset: PatientQuerySet, name: str, value: str) -> PatientQuerySet:
        return queryset.archived() if value == Archived.ONLY else queryset

    def by_result(self, queryset: PatientQuerySet, name: str, value: Any) -> PatientQuerySet:
        """Narrowed together with the others of one result, in `narrowed`."""
        return queryset

    def narrowed(self, queryset: Any) -> Any:
        found = super().narrowed(queryset)
        found = found if self.form.cleaned_data["archived"] else found.active()
        return narrowed_by_result(found, self.form.cleaned_data)

    def runs(self, queryset: QuerySet[Any], terms: list[str], where: Sql = ALL) -> tuple[IndexRun, ...]:
        """With an instrument the orders by result are those of its results."""
        return runs_by_result(queryset, terms, where, self.form.cleaned_data)
