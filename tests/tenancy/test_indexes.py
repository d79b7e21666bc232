"""Every index of a clinic is for something that is written down, and none does what another does."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from clinic.tenancy.lifecycle.recorder import tenant_labels
from clinic.tenancy.records import ClinicModel
from clinic.tenancy.scope import clinic_scope

# Keys and rules that make values unique are for what they say, and no model has the runner's table.
READ = """
SELECT t.relname, i.relname, x.indisunique, x.indpred IS NULL AND x.indexprs IS NULL AND m.amname = 'btree',
    ARRAY(SELECT a.attname FROM unnest(x.indkey::int2[]) WITH ORDINALITY k (number, at)
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number WHERE k.at <= x.indnkeyatts ORDER BY k.at)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
JOIN pg_am m ON m.oid = i.relam
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
"""


@pytest.fixture
def catalogue(riverside, db) -> list[tuple[Any, ...]]:
    with clinic_scope(riverside.clinic), connection.cursor() as cursor:
        cursor.execute(READ)
        return cursor.fetchall()


def models() -> list[type[ClinicModel]]:
    return [model for label in tenant_labels() for model in apps.get_app_config(label).get_models()]


def of_keys(model: type[ClinicModel]) -> set[str]:
    """The columns of keys that Django indexes by itself: whoever removes what they lead to looks for them."""
    return {field.column for field in model._meta.local_fields if field.db_index and not field.unique}


def test_each_index_is_for_something_that_reads_it(catalogue):
    by_table = {model._meta.db_table: model for model in models()}
    there = dict[str, set[str]]()
    for table, name, unique, _, columns in catalogue:
        model = by_table.get(table)
        alone = model is not None and len(columns) == 1 and columns[0] in of_keys(model) and name.startswith(table)
        like = name.endswith("_like")  # Django's, of a key of text
        if not (unique or alone or like):
            there.setdefault(table, set()).add(name)
    assert there == {table: set(model.index_for) for table, model in by_table.items() if model.index_for}


def test_what_an_index_is_for_is_said_in_words():
    said = [what for model in models() for what in model.index_for.values()]
    assert [what for what in said if len(what) < 6 or what != what.strip()] == []


def test_no_index_is_the_beginning_of_another(catalogue):
    whole = [row for row in catalogue if row[3] and not row[1].endswith("_like")]
    doubled = [
        (table, name, other)
        for table, name, unique, _, columns in whole
        for its_table, other, _, _, longer in whole
        if not unique and table == its_table and name != other and longer[: len(columns)] == columns
    ]
    assert doubled == []
