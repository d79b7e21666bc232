"""Records of a list are loaded with what its columns read, and nothing is looked up for one of them."""

from datetime import timedelta

import django_tables2 as tables
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.assessments.bulk import ALERTS, ASSESSMENTS, DUE
from clinic.assessments.plans import Plan
from clinic.assessments.risk import RiskAlert
from clinic.patients.bulk import PATIENTS
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from clinic.ui.columns import LinkColumn, TextColumn
from clinic.ui.rows import paths_read, plain_values, table_rows
from tests.world import make_assessment, make_patient

LISTS = (PATIENTS, ASSESSMENTS, ALERTS, DUE)
COLUMNS = [(bulk, name) for bulk in LISTS for name in bulk.table_class.base_columns]


def make_rows() -> None:
    """Rows in every list, of patients of two practitioners."""
    day = timezone.localdate() - timedelta(days=3)
    for user in Practitioner.objects.all()[:2]:
        patient = make_patient(user=user, phone_number="+41446681800")
        assessment = make_assessment(patient)
        RiskAlert.objects.create(
            patient=patient, assessment=assessment, rule="thoughts", text="Thoughts of death", severity=3, points=2,
            raised_by_id="test", raised_by_name="Test",
        )  # fmt: skip
        Plan.objects.create(patient=patient, instrument="phq-9", every_days=14, starts_on=day, next_due_on=day)


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        make_rows()
        yield


@pytest.mark.parametrize(("bulk", "name"), COLUMNS, ids=[f"{bulk.key}-{name}" for bulk, name in COLUMNS])
def test_every_column_of_a_list_is_made_of_what_was_loaded(scope, django_assert_num_queries, bulk, name):
    first = next(iter(bulk.table_class.base_columns))
    names = tuple(dict.fromkeys((first, name)))
    records = bulk.selected("", names).listing.first(25).records
    with django_assert_num_queries(0):
        rows = table_rows(bulk.table_class, records, names=names, ticks=True)
        values = [[plain(record) for plain in plain_values(bulk.table_class, names)] for record in records]
    assert (rows.count("<tr"), len(values)) == (2, 2)


def test_search_keys_are_not_loaded_for_a_page_of_patients(scope):
    shown = PATIENTS.table_class.shown
    record = PATIENTS.selected("", shown).listing.first(25).records[0]
    assert {"name_words", "filed_as", "address", "created_at"} <= record.get_deferred_fields()
    assert record.created_at is not None


def test_names_of_patients_are_all_that_a_page_of_assessments_loads_of_them(scope):
    columns = tuple(ASSESSMENTS.table_class.base_columns)
    record = ASSESSMENTS.selected("", columns).listing.first(25).records[0]
    loaded = set(vars(record.patient)) - {"_state"}
    assert loaded == {"id", "user_id", "full_name", "family_name", "record_number"}


class Shout(TextColumn):
    def cell(self, value, record):
        return f"{value} {record.address}"


class Loud(tables.Table):
    name = LinkColumn(view="patients:detail", accessor="full_name")
    shout = Shout(accessor="record_number")


def test_column_that_does_not_say_what_it_reads_has_everything(scope):
    assert paths_read(Loud, ("name",)) == {"full_name", "archived_at"}
    assert paths_read(Loud, ("name", "shout")) is None


@pytest.mark.parametrize("path", ["patients", "assessments"])
def test_api_looks_nothing_up_for_one_record(riverside, sign_in, path):
    client = sign_in(riverside.clinician)
    asked = []
    for _ in range(2):
        with clinic_scope(riverside.clinic):
            make_rows()
        with CaptureQueriesContext(connection) as queries:
            found = client.get(f"/api/v1/{path}/").json()["results"]
        asked.append((len(queries), len(found)))
    assert asked == [(asked[0][0], 2), (asked[0][0], 4)]
