"""Practitioners as columns, for whoever sorts them."""

import django_tables2 as tables

from clinic.lists.page.columns import TextColumn


class PractitionerTable(tables.Table):
    name = TextColumn(accessor="display_name")
