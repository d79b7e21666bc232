"""A record goes into the bin whole, leaves every list, and comes back as it was."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from clinic.assessments.models import Alert, AnswerRequest, Assessment
from clinic.audit.models import AuditEvent
from clinic.binning.actions import BACK, LEAVE, PUT, bin_patient, put_back_patient
from clinic.binning.purging import purge_every_bin
from clinic.matching.scoring import compare
from clinic.merging.locks import Gone
from clinic.merging.tables import TABLES
from clinic.patients.actions import Changed, NameTaken, RecordNumberTaken, create_patient
from clinic.patients.matching.candidates import similar_to
from clinic.patients.matching.pairs import refuse_pair
from clinic.patients.models import BinnedPatient, DuplicatePair, Patient, person_of
from clinic.patients.models.numbers import next_record_number
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.merging.records import BY, link, look, merge, pair
from tests.world import make_patient


@pytest.fixture
def two(riverside):
    with clinic_scope(riverside.clinic):
        yield pair(riverside.clinic, riverside.front_desk)


def put(patient):
    return bin_patient(by=BY, id=patient.pk, version=Patient.objects.get(pk=patient.pk).version, reason="A test")


def test_record_comes_back_as_it_was(two):
    anne, anna = two
    merge(anne, anna)
    for request in AnswerRequest.objects.filter(patient=anne.pk):  # binning ends them for good
        request.state = "revoked"
        request.ended_at = request.ended_at or request.created_at
        request.save()
    before = look(anne.pk)
    put(anne)
    put_back_patient(by=BY, id=anne.pk)
    assert (look(anne.pk), len(before["assessments_assessment"])) == (before, 4)


def test_nothing_of_it_is_left_among_the_rows(two):
    anne, _ = two
    binned = put(anne)
    binned.refresh_from_db()
    assert {name: rows for name, rows in look_without_patient(anne.pk).items() if rows} == {}
    kept = {part["table"]: len(part["rows"]) for part in binned.rows}
    assert (kept["patients_patient"], kept["assessments_assessment"], kept["assessments_plan"]) == (1, 2, 1)


def look_without_patient(key):
    return {table.name: list(table.of(key)) for table in TABLES}


def test_open_links_end_for_good(two, riverside):
    anne, _ = two
    issued = link(riverside.clinic, anne, "phq-9")
    put(anne)
    put_back_patient(by=BY, id=anne.pk)
    assert AnswerRequest.objects.get(pk=issued.request.pk).state == "revoked"


def test_name_and_number_are_free_at_once(two):
    anne, _ = two
    put(anne)
    again = {"full_name": anne.full_name, "gender": "female", "user": anne.user, "date_of_birth": anne.date_of_birth}
    patient = create_patient(by=BY, record_number=anne.record_number, **again)
    assert Patient.objects.get(pk=patient.pk).record_number == anne.record_number


@pytest.mark.parametrize(("field", "refusal"), [("full_name", NameTaken), ("record_number", RecordNumberTaken)])
def test_what_somebody_has_meanwhile_refuses_the_way_back(two, field, refusal):
    anne, _ = two
    put(anne)
    make_patient(**{"user": anne.user, field: getattr(anne, field)})
    with pytest.raises(refusal):
        put_back_patient(by=BY, id=anne.pk)
    assert (BinnedPatient.objects.filter(pk=anne.pk).exists(), Patient.objects.filter(pk=anne.pk).exists()) == (
        True, False,
    )  # fmt: skip


def test_number_of_somebody_in_the_bin_is_not_the_next(two):
    anne, _ = two
    number = f"P-{int(next_record_number()[2:]) + 7:06}"
    Patient.objects.filter(pk=anne.pk).update(record_number=number)
    put(anne)
    assert int(next_record_number()[2:]) == int(number[2:]) + 1


def test_id_that_was_registered_meanwhile_refuses_the_way_back(two):
    anne, _ = two
    put(anne)
    make_patient(pk=anne.pk)
    with pytest.raises(RecordNumberTaken):
        put_back_patient(by=BY, id=anne.pk)


def test_number_of_a_merged_record_refuses_the_way_back(two):
    anne, anna = two
    merge(anne, anna)
    put(anne)
    make_patient(record_number=anna.record_number)
    with pytest.raises(RecordNumberTaken):
        put_back_patient(by=BY, id=anne.pk)


def test_record_that_was_changed_stays(two):
    with pytest.raises(Changed):
        bin_patient(by=BY, id=two[0].pk, version=two[0].version + 7, reason="A test")
    with pytest.raises(Gone):
        bin_patient(by=BY, id=uuid4(), version=1, reason="A test")
    assert BinnedPatient.objects.count() == 0


def test_who_is_in_the_bin_is_similar_still(two):
    anne, _ = two
    put(anne)
    found = [each for each in similar_to(person_of(anne)) if each.patient.pk == anne.pk]
    assert [(each.in_bin, each.seen, each.patient.full_name) for each in found] == [(True, True, "Anne Example")]


def test_refusal_of_a_pair_comes_back_where_the_other_is_there(two):
    anne, anna = two
    match = compare(person_of(anne), person_of(anna))
    refuse_pair(by=BY, first=anne.pk, second=anna.pk, match=match, note="Sisters")
    put(anne)
    put_back_patient(by=BY, id=anne.pk)
    kept = DuplicatePair.objects.get(first=anne.pk, second=anna.pk)
    put(anne)
    put(anna)
    put_back_patient(by=BY, id=anne.pk)
    connection.check_constraints()
    assert (kept.note, DuplicatePair.objects.filter(first=anne.pk).exists()) == ("Sisters", False)


def test_patient_who_does_not_stand_in_the_bin_is_not_taken_out(two):
    with pytest.raises(Exception, match="does not stand in the bin"), transaction.atomic():
        connection.cursor().execute("SELECT put_patient_into_bin(id) FROM patients_patient WHERE id = %s", [two[0].pk])
    connection.cursor().execute(LEAVE, [two[0].pk])
    assert Patient.objects.filter(pk=two[0].pk).exists()


def test_web_cannot_say_what_comes_back_but_as_itself(two):
    """What it might write into `rows` is inserted with its own rights; a worker of a cluster has no such table."""
    row = {"id": str(uuid4()), "made_up": 1}
    rows = [{"table": "public.accounts_user", "rows": [row]}]
    made = BinnedPatient.objects.create(
        pk=uuid4(), record_number="X", details={}, rows=rows, reason="x", by_id="x", by_name="x"
    )
    with pytest.raises(Exception, match=r"permission denied|does not exist"), transaction.atomic():
        connection.cursor().execute(BACK, [made.pk])
    with pytest.raises(Exception, match="does not stand in the bin"), transaction.atomic():
        connection.cursor().execute(PUT, [made.pk])


def test_web_removes_nobody_from_the_bin(two):
    put(two[0])
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        BinnedPatient.objects.all().delete()


@in_one_zone
@pytest.mark.clock("clinic/binning/purging.py:purge_old")
def test_what_is_old_is_removed_for_good_and_the_trail_says_so(clock, lakeside):
    with clinic_scope(lakeside.clinic):
        patient = make_patient()
        put(patient)
    clock.move(days=29)
    purge_every_bin()
    with clinic_scope(lakeside.clinic):
        assert BinnedPatient.objects.count() == 1
    clock.move(days=2)
    purge_every_bin()
    with clinic_scope(lakeside.clinic):
        said = AuditEvent.objects.filter(patient_id=patient.pk, is_reading=False).order_by("pk")
        assert (BinnedPatient.objects.count(), [event.action for event in said]) == (
            0, ["patient.binned", "patient.purged"],
        )  # fmt: skip
        assert said.last().changes == {"record_number": [patient.record_number, None]}


def test_one_record_is_removed_by_number_and_year_of_birth(lakeside):
    with clinic_scope(lakeside.clinic):
        patient = make_patient()
        put(patient)
    name = lakeside.clinic.name
    for wrong in ({"birth_year": 1871}, {}):
        with pytest.raises(CommandError):
            call_command("purge_bin", name, patient=patient.record_number, **wrong)
    out = StringIO()
    year = patient.date_of_birth.year
    call_command("purge_bin", name, patient=patient.record_number, birth_year=year, stdout=out)
    assert out.getvalue() == f"{name}: removed for good: {patient.record_number}.\n"


def test_what_belongs_to_it_counts_nowhere_meanwhile(two):
    """Assessments and alerts count nowhere while their patient is in the bin."""
    counts = Assessment.objects.count(), Alert.objects.count()
    put(two[0])
    assert (Assessment.objects.count() < counts[0], Alert.objects.count() <= counts[1]) == (True, True)
    put_back_patient(by=BY, id=two[0].pk)
    assert (Assessment.objects.count(), Alert.objects.count()) == counts


def test_days_that_a_record_is_kept():
    binned = BinnedPatient(binned_at=timezone.now())
    assert binned.kept_until - binned.binned_at == timedelta(days=30)
