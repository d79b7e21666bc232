"""Patients whom nobody is responsible for yet: in the form, JSON, lists, files, work on many, and who sees them."""

from datetime import date

import pytest

from clinic.assessments.alerts.mails import recipients
from clinic.assessments.leaving.actions import remove_member
from clinic.assessments.of_patients import NamesTaken
from clinic.audit.models import AuditEvent
from clinic.lists.models import Job
from clinic.merging.actions import merge_patients
from clinic.merging.unmerging import unmerge_patient
from clinic.patients.actions import NameTaken, create_patient, undo_patient_change, update_patient
from clinic.patients.models import CareTeamMember, Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_outcomes import give
from tests.blanked import text_of
from tests.lists.conftest import work as work
from tests.patients.registered import new_form, stored
from tests.world import Writer, make_assessment, make_patient

NOBODY = "Nobody yet"


@pytest.fixture
def scope(riverside):
    return lambda: clinic_scope(riverside.clinic)


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def nobodys(scope):
    with scope():
        return make_patient(full_name="Ola Quist", family_name="Quist", user=None)


def register(**fields) -> Patient:
    about = {"gender": "female", "date_of_birth": date(1961, 3, 12), "user": None, **fields}
    return create_patient(by=Writer(), **about)


def test_form_registers_a_patient_of_nobody_and_says_so(riverside, client):
    answer = client.post("/patients/new/", new_form(riverside, user=""))
    assert answer.status_code == 302
    assert stored(riverside, full_name="Ana García").user is None
    assert NOBODY in text_of(client.get(f"{answer['Location']}details/"))
    assert "Nobody is responsible yet" in text_of(client.get(answer["Location"]))


def test_form_takes_a_practitioner_off_and_undo_gives_them_back(riverside, client, scope):
    client.post("/patients/new/", new_form(riverside))
    patient = stored(riverside)
    form = {**new_form(riverside, user="", record_number=patient.record_number), "version": patient.version}
    assert client.post(f"/patients/{patient.pk}/edit/", form).status_code == 302
    with scope():
        changed = Patient.objects.get()
        event = AuditEvent.objects.filter(action="patient.changed").get()
        assert (changed.user, event.changes["user"]) == (None, [str(riverside.clinician.pk), None])
        assert undo_patient_change(by=Writer(), id=patient.pk, version=2).user_id == riverside.clinician.pk


def test_name_is_once_among_patients_of_nobody_and_free_beside_a_practitioner_s(riverside, scope, nobodys):
    with scope():
        with pytest.raises(NameTaken) as refused:
            register(full_name="ola  QUIST")
        assert refused.value.existing == nobodys
        other = register(full_name="Ola Quist", user=Practitioner.objects.active().first())
        with pytest.raises(NameTaken):
            update_patient(by=Writer(), id=other.pk, version=1, user=None)


def test_page_of_the_name_says_that_it_is_nobody_s(riverside, client, nobodys):
    answer = client.post("/patients/new/", new_form(riverside, user="", full_name="Ola Quist"))
    assert (answer.status_code, "for whom nobody is responsible yet" in text_of(answer)) == (409, True)


def test_json_says_null_and_takes_it(client, nobodys):
    shown = client.get(f"/api/v1/patients/{nobodys.pk}/").json()["results"]
    assert (shown["user"], shown["practitioner"]) == (None, None)
    body = {"full_name": "Bo Abel", "gender": "male", "date_of_birth": "1961-03-12", "user": None}
    made = client.post("/api/v1/patients/", body, content_type="application/json")
    assert (made.status_code, made.json()["results"]["user"]) == (201, None)
    taken = client.patch(
        f"/api/v1/patients/{nobodys.pk}/",
        {"version": 1, "user": str(client.session["_auth_user_id"])},
        content_type="application/json",
    )
    assert (taken.status_code, taken.json()["results"]["user"]) == (200, str(client.session["_auth_user_id"]))


@pytest.mark.parametrize("address", ["/patients/", "/api/v1/patients/"])
def test_filter_gives_patients_of_nobody_alone(client, scope, nobodys, address):
    with scope():
        make_patient(full_name="Bo Abel", family_name="Abel")
    page = client.get(f"{address}?user=none").content.decode()
    assert ("Quist" in page, "Abel" in page) == (True, False)


def test_list_says_nobody_and_has_them_last_whichever_way_it_is_sorted(client, scope, nobodys):
    with scope():
        make_patient(full_name="Bo Abel", family_name="Abel")
    for sort in ("practitioner", "-practitioner"):
        page = text_of(client.get(f"/patients/?sort={sort}"))
        assert page.index("Abel, Bo") < page.index("Quist, Ola") < page.rindex(NOBODY)
    assert NOBODY in text_of(client.get("/patients/?user=none&_export=csv"))


def test_many_are_given_to_nobody_and_given_back(client, scope, work):
    with scope():
        patient = make_patient()
    client.post("/patients/bulk/", {"do": "assign", "scope": "rows", "id": [patient.pk], "value": "none"})
    work()
    with scope():
        assert Patient.objects.get().user is None
        begun = Job.objects.get()
    client.post(f"/work/{begun.pk}/undo/")
    work()
    with scope():
        assert Patient.objects.get().user_id == patient.user_id


def test_many_of_nobody_are_taken_and_given_back(client, scope, work, riverside, nobodys):
    client.post(
        "/patients/bulk/", {"do": "assign", "scope": "rows", "id": [nobodys.pk], "value": str(riverside.owner.pk)}
    )
    work()
    with scope():
        assert Patient.objects.get().user_id == riverside.owner.pk
        begun = Job.objects.get()
    client.post(f"/work/{begun.pk}/undo/")
    work()
    with scope():
        assert Patient.objects.get().user is None


@pytest.fixture
def restricted(riverside):
    Clinic.objects.filter(pk=riverside.clinic.pk).update(restricts_patients=True)
    return riverside


def test_everybody_sees_a_patient_of_nobody_until_somebody_is_responsible(restricted, client, sign_in, scope, nobodys):
    desk = sign_in(restricted.front_desk)
    for each in (client, desk):
        assert each.get(f"/patients/{nobodys.pk}/details/").status_code == 200
    with scope():
        update_patient(by=Writer(), id=nobodys.pk, version=1, user_id=restricted.owner.pk)
    for each in (client, desk):
        assert each.get(f"/patients/{nobodys.pk}/details/").status_code == 404


def test_patient_of_nobody_in_the_bin_is_seen_by_who_saw_them(restricted, sign_in, scope, nobodys):
    sign_in(restricted.owner).post(f"/patients/{nobodys.pk}/bin/", {"reason": "Registered by mistake", "version": 1})
    assert "Quist" in text_of(sign_in(restricted.clinician).get("/patients/bin/"))


def test_everybody_who_sees_answers_is_told_of_an_alert_while_nobody_is_responsible(riverside, scope):
    with scope():
        told = {riverside.owner.email, riverside.clinician.email, "both@example.test"}
        assert set(recipients(riverside.clinic, None)) == told


def test_who_leaves_can_leave_patients_to_nobody(riverside, sign_in, scope):
    with scope():
        make_patient(user_id=riverside.clinician.pk)
    answer = sign_in(riverside.owner).post(f"/clinic/people/{riverside.clinician.pk}/end/", {"heir": "none"})
    assert answer.status_code == 302
    with scope():
        assert Patient.objects.get().user is None
        ended = AuditEvent.objects.filter(action="member.ended").get()
        assert ended.changes["passed_on"] == [None, {"to": "none", "patients": 1, "views": 0}]


def test_who_leaves_has_a_patient_of_a_name_that_nobody_has_too(riverside, scope, nobodys):
    with scope():
        leaving = make_patient(full_name="Ola Quist", user_id=riverside.clinician.pk)
        about = {"by": Writer(), "clinic": riverside.clinic, "user_id": riverside.clinician.pk, "to_nobody": True}
        with pytest.raises(NamesTaken) as refused:
            remove_member(**about)
        assert refused.value.patients == [leaving]
        remove_member(**about, leave_taken=True)
        assert Patient.objects.get(pk=leaving.pk).user_id == riverside.clinician.pk


@pytest.mark.parametrize("survivor_is_nobodys", [True, False])
def test_merging_with_a_patient_of_nobody_and_taking_apart_gives_both_back(scope, nobodys, survivor_is_nobodys):
    with scope():
        other = make_patient(full_name="Ola Quisst")
        first, second = (nobodys, other) if survivor_is_nobodys else (other, nobodys)
        merged = merge_patients(by=Writer(), survivor_id=first.pk, other_id=second.pk, versions=(1, 1), taken=["user"])
        assert merged.user_id == second.user_id
        parted = unmerge_patient(by=Writer(), other_id=second.pk, version=merged.version)
        assert (parted.holder.user_id, parted.other.user_id) == (first.user_id, second.user_id)
        assert not CareTeamMember.objects.exists()


def test_assessments_of_nobody_s_patient_count_in_a_row_of_their_own(riverside, client, scope, nobodys):
    with scope():
        give(nobodys, date(2026, 1, 5), 15, user_id=riverside.clinician.pk)
    page = client.get("/outcomes/?part=caseload&instrument=phq-9&from=2025-06-01&to=2026-06-30")
    assert NOBODY in text_of(page)
    rows = client.get(
        "/outcomes/?part=caseload&instrument=phq-9&from=2025-06-01&to=2026-06-30&show=cases&practitioner=none"
    )
    assert "Quist" in text_of(rows)


def test_program_says_whose_an_assessment_of_nobody_s_patient_is(client, scope, nobodys, riverside):
    with scope():
        assert make_assessment(nobodys, user_id=riverside.clinician.pk).user_id == riverside.clinician.pk
