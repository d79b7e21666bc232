"""The orders of the bin; its rows are cards."""

import django_filters
import django_tables2 as tables
from django_filters import FilterSet

from clinic.lists.page.columns import DateColumn
from clinic.patients.models import BinnedPatient


class BinTable(tables.Table):
    since = DateColumn(accessor="binned_at", order_by="binned_at")


class BinFilter(FilterSet):
    number = django_filters.CharFilter(field_name="record_number", label="Record number", max_length=40)

    class Meta:
        model = BinnedPatient
        fields = ()
