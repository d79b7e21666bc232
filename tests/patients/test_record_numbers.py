"""Record numbers: one that reads like another's is taken, in every clinic from now on, and for two at once."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.patients import actions
from clinic.patients.models import next_record_number
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.side_by_side import overlap
from tests.world import Writer, make_patient

FIELDS = {"gender": "other", "date_of_birth": date(1970, 1, 1)}
# As the release before inserts: without the column.
WRITE = """
INSERT INTO patients_patient (id, full_name, family_name, gender, date_of_birth, date_of_birth_precision, phone_number,
    second_phone_number, address, user_id, record_number, created_at, updated_at, version)
SELECT gen_random_uuid(), %s, '', 'other', '1970-01-01', 'exact', '', '', '', id, %s, now(), now(), 1
FROM staff_practitioner LIMIT 1
"""
CREATED = "UPDATE patients_patient SET created_at = %s WHERE record_number = %s"


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(["AB", "12", "é", "Q7"]), min_size=1, max_size=4), st.data())
def test_number_written_otherwise_is_taken(scope, parts, data):
    gap = data.draw(st.sampled_from(["", " ", "-", "/", ".", "\u2011", "\u00a0", "\u200b"]))
    other = gap.join(parts).lower()
    with transaction.atomic():
        made = make_patient(record_number="-".join(parts))
        with pytest.raises(actions.RecordNumberTaken):
            actions.create_patient(by=Writer(), full_name="Bo", user=made.user, record_number=other, **FIELDS)
        change = make_patient(full_name="Eva")
        with pytest.raises(actions.RecordNumberTaken):
            actions.update_patient(by=Writer(), id=change.pk, version=None, record_number=other)
        transaction.set_rollback(True)


@pytest.mark.parametrize("number", ["p-000001", "P 000001", "P\u2011000001", "P-000001\u200b", "P000001"])
def test_form_and_json_say_that_a_number_is_taken(client, riverside, number):
    with clinic_scope(riverside.clinic):
        make_patient(record_number="P-000001")
    typed = {"id": str(uuid4()), "full_name": "Bo Bell", "gender": "other", "date_of_birth": "1970-01-01"}
    typed |= {"user": str(riverside.clinician.pk), "record_number": number}
    form = client.post("/patients/new/", typed)
    json = client.post("/api/v1/patients/", typed, content_type="application/json")
    assert (form.status_code, json.status_code, list(json.json()["error"]["fields"])) == (422, 400, ["record_number"])
    assert "Another patient has this record number." in form.content.decode()


def test_number_of_signs_alone_is_refused(client, riverside):
    typed = {"id": str(uuid4()), "full_name": "Bo Bell", "gender": "other", "date_of_birth": "1970-01-01"}
    typed |= {"user": str(riverside.clinician.pk), "record_number": "---"}
    json = client.post("/api/v1/patients/", typed, content_type="application/json")
    assert (client.post("/patients/new/", typed).status_code, json.status_code) == (422, 400)


def register(name: str, number: str):
    user = Practitioner.objects.first()
    return lambda: actions.create_patient(by=Writer(), user=user, full_name=name, record_number=number, **FIELDS)


def test_one_number_typed_by_two_at_once_is_kept_once(in_woodside):
    with in_woodside():
        first, second = register("Ana Two", "AB-12"), register("Bo Two", "ab 12")
    both = overlap(in_woodside, first, second)
    assert (both.refusal, both.waited, both.first.record_number) == ("RecordNumberTaken", True, "AB-12")


def test_number_that_somebody_types_meanwhile_is_passed_over(in_woodside):
    with in_woodside():
        number = next_record_number()
        first, second = register("Ana Types", number.lower()), register("Bo Waits", "")
    both = overlap(in_woodside, first, second)
    assert (both.refusal, both.waited, both.second.record_number) == ("", True, f"P-{int(number[2:]) + 1:06d}")


@pytest.fixture
def owner(lakeside):
    """The owner's connection as a migration has it, in the schema of a clinic; it is rolled back."""
    connection = connections["owner"]
    with connection.on_schemas():
        connection.set_schema(lakeside.clinic.schema_name)
        with transaction.atomic(using="owner"):
            yield connection
            transaction.set_rollback(True, using="owner")


def test_upgrade_keeps_numbers_that_read_alike_and_refuses_another(owner):
    """The oldest has its number to itself; the page of the others says so, until they are given another one."""
    loader = MigrationLoader(None)
    key = next(key for key in loader.graph.nodes if key[0] == "patients" and key[1].endswith("_number_codes"))
    migration, before = loader.get_migration(*key), loader.project_state(key, at_end=False)
    with owner.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with owner.schema_editor(atomic=False) as editor:
            migration.unapply(before.clone(), editor)
        for at, number in enumerate(["AB-12", "ab-12", "X-1", "AB 12"]):
            cursor.execute(WRITE, [f"Ana {at}", number])
            cursor.execute(CREATED, [timezone.now(), number])
        with owner.schema_editor(atomic=False) as editor:
            migration.apply(before.clone(), editor)
        cursor.execute(WRITE, ["Meanwhile", "Y-1"])
        cursor.execute("SELECT record_number, shares_number FROM patients_patient")
        assert dict(cursor.fetchall()) == {"AB-12": False, "ab-12": True, "X-1": False, "AB 12": True, "Y-1": False}
        with pytest.raises(IntegrityError, match="patient_record_number_code_once"), transaction.atomic(using="owner"):
            cursor.execute(WRITE, ["Another", "ab12"])


def test_page_says_that_a_number_is_shared_until_it_is_changed(client, riverside):
    with clinic_scope(riverside.clinic):
        made = make_patient(record_number="AB-12", shares_number=True)
    said = []
    for number in ("AB-12", "AB-13"):
        with clinic_scope(riverside.clinic):
            actions.update_patient(by=Writer(), id=made.pk, version=None, record_number=number)
        page = client.get(f"/patients/{made.pk}/details/")
        said.append((page.status_code, "Another patient has this number too" in page.content.decode()))
    assert said == [(200, True), (200, False)]
