"""The orders of the work list; its rows are cards."""

import django_tables2 as tables

from clinic.lists.page.columns import DateColumn, TextColumn


class DuplicateTable(tables.Table):
    likelihood = TextColumn(accessor="grade", order_by="bits")
    found = DateColumn(accessor="created_at", orderable=False)
