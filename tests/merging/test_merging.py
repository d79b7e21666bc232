"""Merging two records: what moves, what is settled, what both records' trails say."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from clinic.access import Actor
from clinic.accounts.models import AnswerLink
from clinic.assessments.models import Alert, AnswerRequest, Assessment, Episode, Schedule
from clinic.assessments.questionnaire.actions import change_responses, start_assessment
from clinic.assessments.selfreport.actions import answer_request, patient_actor
from clinic.audit.models import AuditEvent
from clinic.instruments.catalogue import find
from clinic.merging import actions
from clinic.merging.actions import SameRecord, merge_patients
from clinic.merging.locks import Gone
from clinic.merging.models import MergeEntry
from clinic.merging.tables import EMERGENCIES, TABLES
from clinic.patients.actions import (
    Changed,
    NameTaken,
    RecordNumberTaken,
    create_patient,
    update_patient,
)
from clinic.patients.models import CareTeamMember, EmergencyAccess, MergedPatient, Patient, next_record_number
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope, public_scope
from tests.merging.records import BY, link, merge, pair, scored
from tests.world import make_assessment, make_patient


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield riverside


@pytest.fixture
def two(scope):
    return pair(scope.clinic, scope.front_desk)


def test_merge_moves_every_row_and_takes_the_other_out(two):
    anne, anna = two
    merge(anne, anna)
    assert not Patient.objects.filter(pk=anna.pk).exists()
    assert Assessment.objects.filter(patient=anne).count() == 4
    assert EmergencyAccess.objects.filter(patient=anne).count() == 2
    assert MergedPatient.objects.get(pk=anna.pk).into_id == anne.pk


def test_assessment_of_a_taken_name_is_numbered(two):
    merge(*two)
    names = set(Assessment.objects.filter(instrument="").values_list("name", flat=True))
    assert names == {"Walk", "Walk (2)"}


def test_long_name_makes_room_for_its_number(scope):
    first, second = make_patient(), make_patient()
    for patient in (first, second):
        make_assessment(patient, name="x" * 200)
    merge(first, second)
    assert sorted(Assessment.objects.values_list("name", flat=True)) == sorted(["x" * 200, "x" * 196 + " (2)"])


def test_what_a_patient_has_once_is_there_once(two):
    anne, _ = two
    merge(*two)
    assert Schedule.objects.active().get(patient=anne).instrument == "phq-9"
    assert Episode.objects.get(patient=anne).ended_on is None
    assert AnswerRequest.objects.open().get(patient=anne).instrument == "gad-7"
    assert CareTeamMember.objects.filter(patient=anne).count() == 1


def test_link_of_the_other_ends_where_the_survivor_has_one(two):
    merge(*two)
    ended = AnswerRequest.objects.exclude(ended_at=None).get()
    assert ended.state == "revoked"


def test_latest_results_are_worked_out_again(two):
    anne, anna = two
    before = (anne.last_score, anna.last_score)
    merged = merge(anne, anna)
    assert (before, merged.last_score, merged.open_alerts) == ((18, 27), 27, Alert.objects.open().count())
    assert [result.score for result in merged.results] == [27]


def test_survivor_takes_the_values_that_were_chosen(two):
    anne, anna = two
    update_patient(by=BY, id=anna.pk, version=None, address="1 High Street", phone_number="+442079460018")
    merged = merge(anne, anna, "address", "full_name")
    assert (merged.full_name, merged.address, str(merged.phone_number)) == ("Anna Example", "1 High Street", "")
    assert merged.record_number == anne.record_number


def test_practitioner_of_the_other_goes_on_seeing_the_patient(two, scope):
    anne, anna = two
    Patient.objects.filter(pk=anna.pk).update(user=scope.clinician.pk)
    Patient.objects.filter(pk=anne.pk).update(user=scope.owner.pk)
    merge(anne, anna)
    assert CareTeamMember.objects.filter(patient=anne, person_id=scope.clinician.pk).exists()


def test_both_trails_say_that_it_was_merged(two):
    anne, anna = two
    merge(anne, anna, "full_name")
    said = {event.record_id: event.changes for event in AuditEvent.objects.filter(action="patient.merged")}
    assert said[anna.pk] == {"into": [None, str(anne.pk)]}
    assert said[anne.pk]["full_name"] == ["Anne Example", "Anna Example"]
    assert said[anne.pk]["moved"][1]["assessment"] == 2


def test_record_number_of_the_other_is_never_given_again(two):
    anne, anna = two
    Patient.objects.filter(pk=anna.pk).update(record_number="P-000777")
    merge(anne, anna)
    assert next_record_number() == "P-000778"
    new = {"full_name": "Bo Other", "gender": "other", "date_of_birth": anne.date_of_birth, "user": anne.user}
    with pytest.raises(RecordNumberTaken):
        create_patient(by=BY, record_number="p 000777", **new)


def test_name_of_the_other_is_free_again(two):
    anne, anna = two
    merge(anne, anna)
    new = {"full_name": "Anna Example", "gender": "female", "date_of_birth": anna.date_of_birth, "user": anna.user}
    assert create_patient(by=BY, **new).full_name == "Anna Example"


@pytest.mark.parametrize("which", [0, 1])
def test_stale_version_of_either_is_refused(two, which):
    versions = [patient.version for patient in two]
    versions[which] -= 1
    with pytest.raises(Changed):
        merge_patients(by=BY, survivor_id=two[0].pk, other_id=two[1].pk, versions=(versions[0], versions[1]))
    assert Patient.objects.filter(pk__in=[patient.pk for patient in two]).count() == 2


def test_merge_of_who_is_not_there_is_refused(two):
    with pytest.raises(Gone):
        merge_patients(by=BY, survivor_id=two[0].pk, other_id=uuid4(), versions=(two[0].version, 1))
    with pytest.raises(SameRecord):
        merge_patients(by=BY, survivor_id=two[0].pk, other_id=two[0].pk, versions=(1, 1))


def test_name_that_a_third_patient_has_is_refused(two):
    anne, anna = two
    third = Practitioner.objects.exclude(pk=anne.user_id).first()
    Patient.objects.filter(pk=anna.pk).update(user=third)
    make_patient(full_name="Anna Example", user=anne.user)
    with pytest.raises(NameTaken), transaction.atomic():
        merge(anne, anna, "full_name")


def test_merged_further_the_first_leads_to_the_last(scope):
    first, second, third = (make_patient() for _ in range(3))
    merge(second, first)
    merge(third, second)
    assert set(MergedPatient.objects.values_list("pk", "into")) == {(first.pk, third.pk), (second.pk, third.pk)}


def test_forgotten_table_is_refused_by_the_database(lakeside, monkeypatch):
    """The negative control: without its declaration a table's rows would stay with a record that is gone."""
    with clinic_scope(lakeside.clinic):
        anne, anna = pair(lakeside.clinic, lakeside.front_desk)
    monkeypatch.setattr(actions, "TABLES", tuple(table for table in TABLES if table is not EMERGENCIES))
    with pytest.raises(IntegrityError), clinic_scope(lakeside.clinic):
        merge(anne, anna)


def test_journal_is_only_ever_added_to(two):
    merge(*two)
    for write in (MergeEntry.objects.all().delete, lambda: MergeEntry.objects.update(table="x")):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            write()


def test_answer_by_the_link_of_the_other_arrives_at_the_survivor(scope):
    anne, anna = make_patient(), make_patient()
    request = link(scope.clinic, anna, "gad-7").request
    merge(anne, anna)
    given = {str(code): 1 for code in range(1, 8)}
    made = answer_request(id=request.pk, answers=given, version=None, page=None, complete=True).assessment
    assert made.patient_id == anne.pk
    assert Patient.objects.get(pk=anne.pk).last_instrument == "gad-7"


def test_answers_on_a_shared_device_arrive_at_the_survivor(scope):
    anne, anna = make_patient(), make_patient()
    about = {"patient": anna, "user": anna.user, "language": "en", "date": anne.date_of_birth.replace(year=2026)}
    begun = start_assessment(by=BY, definition=find("gad-7"), answers={}, **about).assessment
    merge(anne, anna)
    given = {str(code): 1 for code in range(1, 8)}
    by = patient_actor(begun.pk)
    kept = change_responses(
        by=by, id=begun.pk, version=begun.version, answers=given, replace=True, complete=True, page=None
    ).assessment
    assert (kept.patient_id, kept.score) == (anne.pk, 7)


def test_rows_of_the_survivor_stay_as_they_are(two):
    anne, anna = two
    mine = Assessment.objects.get(patient=anne, name="Walk")
    last = scored(anne, mine.date)
    merge(anne, anna)
    mine.refresh_from_db()
    assert (mine.name, mine.version, Assessment.objects.get(pk=last.pk).patient_id) == ("Walk", 1, anne.pk)


def test_closed_link_leads_nowhere(two, scope):
    merge(*two)
    ended = AnswerRequest.objects.exclude(ended_at=None).get()
    with public_scope():
        assert AnswerLink.objects.get(request_id=ended.pk).closed_at is not None


def test_actor_is_in_the_journal(two):
    anne, anna = two
    merge_patients(
        by=Actor("someone", "Some One"), survivor_id=anne.pk, other_id=anna.pk, versions=(anne.version, anna.version)
    )
    assert MergeEntry.objects.first().merge.by_name == "Some One"
