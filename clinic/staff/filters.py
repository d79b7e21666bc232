"""How practitioners are searched and narrowed."""

import django_filters
from django.db.models import TextChoices, Value
from django.db.models.lookups import Contains
from django_filters import FilterSet

from clinic.lists.page.narrowing import GONE
from clinic.staff.models import NOBODY, NOBODY_YET, Practitioner, PractitionerQuerySet
from clinic.text.keys import SearchKey


def practitioner_filter(
    field_name: str = "user", *, nobody: str | None = NOBODY_YET
) -> django_filters.ModelChoiceFilter:
    """The filter of a list by whose patients they are, who left too; `nobody` is None where each row has somebody."""
    return django_filters.ModelChoiceFilter(
        queryset=lambda request: Practitioner.objects.all(),
        field_name=field_name,
        label="Practitioner",
        empty_label="Any",
        null_label=nobody,
        null_value=NOBODY,
        error_messages=GONE,
    )


class Archived(TextChoices):
    """Who left is to practitioners what is archived to records."""

    ONLY = "only", "Only who left"
    ALL = "all", "Who left too"


class PractitionerFilter(FilterSet):
    q = django_filters.CharFilter(method="search", label="Search", max_length=200)
    archived = django_filters.ChoiceFilter(
        choices=Archived.choices, method="by_archived", label="Show", empty_label="Who works here"
    )

    class Meta:
        model = Practitioner
        fields = ()

    def search(self, queryset: PractitionerQuerySet, name: str, value: str) -> PractitionerQuerySet:
        """Every word of `value` somewhere in the name; case, accents and signs do not matter."""
        words = [word for word in value.split() if any(map(str.isalnum, word))]
        for word in words:
            queryset = queryset.filter(Contains(SearchKey("display_name"), SearchKey(Value(word))))
        return queryset if words else queryset.none()

    def by_archived(self, queryset: PractitionerQuerySet, name: str, value: str) -> PractitionerQuerySet:
        return queryset.filter(is_active=False) if value == Archived.ONLY else queryset

    def filter_queryset(self, queryset: PractitionerQuerySet) -> PractitionerQuerySet:
        found: PractitionerQuerySet = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["archived"] else found.active()
