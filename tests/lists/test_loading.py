"""Records of a list are loaded with what its columns read, and nothing is looked up for one of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import OuterRef, Subquery, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.assessments.bulk import ALERT_CARDS, ALERTS, ASSESSMENTS, DUE, REVIEWS
from clinic.assessments.models.alerts import Alert
from clinic.assessments.models.schedules import Schedule
from clinic.lists.page.rows import Records, plain_rows, table_of, table_parts
from clinic.lists.reading.grades import Grade
from clinic.lists.reading.index_runs import Sql
from clinic.lists.reading.listing import Listing
from clinic.lists.reading.loading import loader_of
from clinic.lists.reading.ordering import runs_by
from clinic.patients.bulk import PATIENTS
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.world import make_assessment, make_patient

LISTS = (PATIENTS, ASSESSMENTS, ALERTS, DUE)
COLUMNS = [(bulk, name) for bulk in LISTS for name in bulk.table_class.base_columns]


def make_rows() -> None:
    """Rows in every list, of patients of two practitioners."""
    day = timezone.localdate() - timedelta(days=3)
    for user in Practitioner.objects.all()[:2]:
        patient = make_patient(user=user, phone_number="+41446681800")
        assessment = make_assessment(patient)
        Alert.objects.create(
            patient=patient, assessment=assessment, rule="thoughts", text="Thoughts of death", severity=3, points=2,
            raised_by_id="test", raised_by_name="Test",
        )  # fmt: skip
        Schedule.objects.create(patient=patient, instrument="phq-9", every_days=14, starts_on=day, next_due_on=day)


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        make_rows()
        yield


@pytest.mark.parametrize(("bulk", "name"), COLUMNS, ids=[f"{bulk.key}-{name}" for bulk, name in COLUMNS])
def test_every_column_of_a_list_is_made_of_what_was_loaded(scope, django_assert_num_queries, bulk, name):
    first = next(iter(bulk.table_class.base_columns))
    table = table_of(bulk.table_class, Records(bulk.selected("").listing.first(25).records), (first, name))
    with django_assert_num_queries(0):
        rows, values = table_parts(table, ticks=True).rows, plain_rows(table)
    assert (rows.count("<tr"), len(values)) == (2, 2)


def test_search_keys_are_not_loaded_for_a_page(scope):
    patient = PATIENTS.selected("").listing.first(25).records[0]
    keys = {field.name for field in Patient._meta.concrete_fields if field.generated}
    assert patient.get_deferred_fields() == keys
    assert patient.name_words == Patient.objects.get(pk=patient.pk).name_words
    assessment = ASSESSMENTS.selected("").listing.first(25).records[0]
    assert (assessment.get_deferred_fields(), assessment.patient.get_deferred_fields()) == (
        {"search_name", "listed_at"},
        keys,
    )


@pytest.mark.parametrize("bulk", [*LISTS, ALERT_CARDS, REVIEWS], ids=lambda bulk: f"{bulk.key}-{bulk.noun}")
def test_what_loads_a_list_is_written_once(scope, bulk):
    """Not anew for each page, which an annotation would have that is never the same twice."""
    assert loader_of(bulk.rows()) is loader_of(bulk.rows())


def test_patients_of_one_practitioner_lead_to_one_record(scope):
    ada, bert = Practitioner.objects.all()[:2]
    for user in (ada, bert, None, ada):
        make_patient(user=user)
    records = PATIENTS.selected("").listing.first(25).records
    found = {(record.user_id, record.user and record.user.pk, id(record.user)) for record in records}
    assert {of[:2] for of in found} == {(ada.pk, ada.pk), (bert.pk, bert.pk), (None, None)}
    assert len(found) == 3


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


def test_annotations_come_with_the_rows_of_a_page_as_django_reads_them(scope):
    """With values of their own, and with a subquery that has a FROM."""
    again = Subquery(Practitioner.objects.filter(pk=OuterRef("user")).values("display_name"))
    patients = Patient.objects.select_related("user").annotate(greeting=Value("Good day, 100 %"), again=again)
    listing = Listing(patients, (Grade(runs_by(patients, ["id"], Sql("TRUE"))),))
    read = [(each.pk, each.greeting, each.again) for each in listing.first(25).records]
    assert read == list(patients.order_by("id").values_list("pk", "greeting", "again"))
    assert {again for _, _, again in read} == {each.user.display_name for each in patients}
