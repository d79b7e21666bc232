"""Taking a merged record out again, in any order."""

import pytest

from clinic.assessments.models import Alert, AnswerRequest, Assessment
from clinic.assessments.record.actions import update_assessment
from clinic.assessments.selfreport.actions import answer_request
from clinic.audit.models import AuditEvent
from clinic.merging.locks import Gone
from clinic.merging.unmerging import unmerge_patient
from clinic.patients.actions import Changed, NameTaken, RecordNumberTaken, update_patient
from clinic.patients.models import CareTeamMember, MergedPatient, Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.merging.records import BY, link, look, merge, pair, scored, unmerge
from tests.world import make_assessment, make_patient

LINKS = "assessments_answerrequest"


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield riverside


def without_links(seen):
    return {name: rows for name, rows in seen.items() if name != LINKS}


def test_merge_and_unmerge_leave_both_as_they_were(scope):
    anne, anna = pair(scope.clinic, scope.front_desk)
    before = without_links(look(anne.pk)), without_links(look(anna.pk))
    merge(anne, anna, "full_name")
    unmerge(anna.pk, anne.pk)
    assert without_links(look(anne.pk)) == before[0]
    assert without_links(look(anna.pk)) == before[1]


def test_link_that_the_merge_ended_goes_back_and_stays_ended(scope):
    anne, anna = pair(scope.clinic, scope.front_desk)
    merge(anne, anna)
    unmerge(anna.pk, anne.pk)
    assert AnswerRequest.objects.get(patient=anna).state == "revoked"
    assert AnswerRequest.objects.get(patient=anne).state == "sent"


def test_what_was_added_since_stays_with_the_survivor(scope):
    anne, anna = make_patient(), make_patient()
    merge(anne, anna)
    new = make_assessment(anne)
    unmerge(anna.pk, anne.pk)
    assert Assessment.objects.get(pk=new.pk).patient_id == anne.pk


def test_value_that_was_changed_since_stays(scope):
    anne, anna = make_patient(address="Here"), make_patient(address="There", preferred_name="Annie")
    merge(anne, anna, "address", "preferred_name")
    update_patient(by=BY, id=anne.pk, version=None, address="Elsewhere")
    unmerge(anna.pk, anne.pk)
    found = Patient.objects.get(pk=anne.pk)
    assert (found.address, found.preferred_name) == ("Elsewhere", "")


def test_name_that_was_given_since_stays(scope):
    anne, anna = make_patient(), make_patient()
    for patient in (anne, anna):
        make_assessment(patient, name="Walk")
    merge(anne, anna)
    renamed = Assessment.objects.get(name="Walk (2)")
    update_assessment(by=BY, id=renamed.pk, version=None, name="Walk to the shop")
    unmerge(anna.pk, anne.pk)
    assert Assessment.objects.get(patient=anna).name == "Walk to the shop"


def test_first_merge_is_undone_before_the_second(scope):
    a, b, c = (make_patient(address=text) for text in "abc")
    rows = {patient.pk: make_assessment(patient, name="Walk") for patient in (a, b, c)}
    merge(a, b, "address")
    merge(a, c, "address")
    unmerge(b.pk, a.pk)
    assert Patient.objects.get(pk=a.pk).address == "c"
    unmerge(c.pk, a.pk)
    assert Patient.objects.get(pk=a.pk).address == "a"
    assert {key: Assessment.objects.get(pk=row.pk).patient_id for key, row in rows.items()} == {
        key: key for key in rows
    }
    assert set(Assessment.objects.values_list("name", flat=True)) == {"Walk"}


@pytest.mark.parametrize("first", [0, 1])
def test_chain_is_undone_in_any_order(scope, first):
    a, b, c = (make_patient(address=text) for text in "abc")
    for patient in (a, b, c):
        make_assessment(patient, name="Walk")
        scored(patient, patient.date_of_birth.replace(year=2026), points=1)
    before = [look(patient.pk) for patient in (a, b, c)]
    merge(b, c, "address")
    merge(a, b, "address")
    order = [(b.pk, a.pk), (c.pk, b.pk)] if first else [(c.pk, a.pk), (b.pk, a.pk)]
    for other, holder in order:
        unmerge(other, holder)
    assert [look(patient.pk) for patient in (a, b, c)] == before
    assert not MergedPatient.objects.exists()


def test_record_that_was_taken_out_and_merged_elsewhere_stays_there(scope):
    a, b, c = (make_patient() for _ in range(3))
    row = make_assessment(b)
    merge(a, b)
    merge(c, a)
    unmerge(b.pk, c.pk)
    merge(c, b)
    unmerge(a.pk, c.pk)
    assert Assessment.objects.get(pk=row.pk).patient_id == c.pk
    assert MergedPatient.objects.get().pk == b.pk


def test_name_that_is_taken_by_now_is_refused_or_goes_to_another_practitioner(scope):
    anne, anna = make_patient(), make_patient(full_name="Anna Example")
    merge(anne, anna)
    make_patient(full_name="Anna Example")
    with pytest.raises(NameTaken):
        unmerge(anna.pk, anne.pk)
    other = Practitioner.objects.exclude(pk=anna.user_id).first()
    assert unmerge(anna.pk, anne.pk, user_id=other.pk).other.user_id == other.pk


def test_survivors_earlier_name_that_is_taken_by_now_stays_as_it_is(scope):
    anne, anna = make_patient(full_name="Anne Example"), make_patient(full_name="Anna Example", address="There")
    merge(anne, anna, "full_name", "address")
    make_patient(full_name="Anne Example")
    update_patient(by=BY, id=anne.pk, version=None, full_name="Anna Examplesson")
    update_patient(by=BY, id=anne.pk, version=None, full_name="Anna Example")
    other = Practitioner.objects.exclude(pk=anna.user_id).first()
    parted = unmerge(anna.pk, anne.pk, user_id=other.pk)
    assert (parted.name_stays, parted.holder.full_name, parted.holder.address) == (True, "Anna Example", "")


def test_number_that_the_survivor_was_given_is_refused(scope):
    anne, anna = make_patient(), make_patient()
    merge(anne, anna)
    update_patient(by=BY, id=anne.pk, version=None, record_number=anna.record_number)
    with pytest.raises(RecordNumberTaken):
        unmerge(anna.pk, anne.pk)


def test_alert_and_answers_that_came_since_go_with_the_link(scope):
    anne, anna = make_patient(), make_patient()
    request = link(scope.clinic, anna, "phq-9").request
    merge(anne, anna)
    given = {str(code): 3 for code in range(1, 10)}
    made = answer_request(id=request.pk, answers=given, version=None, page=None, complete=True).assessment
    assert Alert.objects.get().patient_id == anne.pk
    unmerge(anna.pk, anne.pk)
    assert Assessment.objects.get(pk=made.pk).patient_id == anna.pk
    assert (Alert.objects.get().patient_id, Patient.objects.get(pk=anna.pk).open_alerts) == (anna.pk, 1)


def test_unmerge_of_a_stale_page_is_refused(scope):
    anne, anna = make_patient(), make_patient()
    merge(anne, anna)
    update_patient(by=BY, id=anne.pk, version=None, address="Elsewhere")
    with pytest.raises(Changed):
        unmerge_patient(by=BY, other_id=anna.pk, version=anne.version + 1)
    with pytest.raises(Gone):
        unmerge_patient(by=BY, other_id=anne.pk, version=1)


def test_both_trails_say_that_it_was_taken_apart(scope):
    anne, anna = make_patient(), make_patient()
    merge(anne, anna)
    unmerge(anna.pk, anne.pk)
    said = {event.record_id: event.changes for event in AuditEvent.objects.filter(action="patient.unmerged")}
    assert said == {anna.pk: {"into": [str(anne.pk), None]}, anne.pk: {"unmerged": [str(anna.pk), None]}}


def test_colleague_whom_the_merge_named_leaves_with_it(scope):
    anne, anna = make_patient(user_id=scope.owner.pk), make_patient(user_id=scope.clinician.pk)
    merge(anne, anna)
    assert CareTeamMember.objects.get().person_id == scope.clinician.pk
    unmerge(anna.pk, anne.pk)
    assert not CareTeamMember.objects.exists()
