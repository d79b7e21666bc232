"""What becomes of what somebody had open, and of their patients, once an owner ends their membership."""

from contextlib import contextmanager
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client

from clinic.access import Role
from clinic.audit.models import AuditEvent
from clinic.lists import running
from clinic.lists.models import Job, JobState
from clinic.patients import bulk
from clinic.patients.models import Patient
from clinic.staff import actions as staff
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.lists.test_killed import run
from tests.world import Writer, make_assessment, make_patient

FORM = {"full_name": "Ana García", "gender": "female", "date_of_birth": "1961-03-12"}


@pytest.fixture
def left(riverside, sign_in) -> SimpleNamespace:
    """A clinician who left, by the page, with a patient and an assessment; `owner` looks after the clinic."""
    with clinic_scope(riverside.clinic):
        user = Practitioner.objects.get(pk=riverside.clinician.pk)
        patient = make_patient(full_name="Ana García", user=user, record_number="A-1")
        assessment = make_assessment(patient, user=user)
    open_page = sign_in(riverside.clinician)
    assert open_page.get("/patients/").status_code == 200
    owner = sign_in(riverside.owner)
    assert owner.post(f"/clinic/people/{user.pk}/end/").status_code == 302
    return SimpleNamespace(
        key=str(user.pk), patient=patient, assessment=assessment, open=open_page, owner=owner, clinic=riverside.clinic
    )


def user_of(left) -> str:
    with clinic_scope(left.clinic):
        return str(Patient.objects.get(pk=left.patient.pk).user_id)


def test_open_session_is_out_at_its_next_request(left):
    found = {
        "page": left.open.get("/patients/").status_code,
        "record": left.open.get(f"/patients/{left.patient.pk}/").status_code,
        "api": left.open.get("/api/v1/patients/").status_code,
        "write": left.open.post("/patients/new/", FORM).status_code,
    }
    assert found == {"page": 302, "record": 302, "api": 401, "write": 401}
    assert left.open.get("/patients/")["Location"] == "/accounts/login/?next=%2Fpatients%2F"


def test_other_clinic_of_who_left_stays_open(riverside, hillside, both, sign_in):
    client = sign_in(both)
    client.post("/accounts/switch/", {"clinic": str(riverside.clinic.pk)})
    assert client.get("/patients/").status_code == 200
    sign_in(riverside.owner).post(f"/clinic/people/{both.pk}/end/")
    page = client.get("/patients/")
    assert (page.status_code, page.wsgi_request.clinic.pk) == (200, hillside.clinic.pk)


def test_role_that_is_changed_counts_at_the_next_request(riverside, sign_in):
    client = sign_in(riverside.clinician)
    assert client.get("/assessments/").status_code == 200
    sign_in(riverside.owner).post(
        f"/clinic/people/{riverside.clinician.pk}/", {"role": "front_desk", "reason": "New duties"}
    )
    assert [client.get(path).status_code for path in ("/assessments/", "/patients/")] == [403, 200]


def test_queued_job_of_who_left_stops(lakeside):
    owner, user = signed_in(Client(), lakeside.owner), lakeside.clinician
    with clinic_scope(lakeside.clinic):
        patient = make_patient()
        job = Job.objects.create(
            list="patients", label="Archive", work="clinic.patients.bulk.archive", by_id=str(user.pk), by_name="Clara",
            total=1, parameters={"query": "", "permission": "patients.edit"},
        )  # fmt: skip
        job.items.create(record_id=patient.pk)
    owner.post(f"/clinic/people/{user.pk}/end/")
    run(lakeside, job)
    with clinic_scope(lakeside.clinic):
        archived = Patient.objects.get(pk=patient.pk).archived_at
        assert (Job.objects.get(pk=job.pk).state, archived) == (JobState.STOPPED, None)


def test_patients_of_who_left_show_the_name(left):
    shown = [left.owner.get(path).content.decode() for path in ("/patients/", f"/patients/{left.patient.pk}/")]
    assert ["Clara Clinician" in page for page in shown] == [True, True]
    found = left.owner.get("/patients/", {"user": left.key})
    assert (found.status_code, "Ana García" in found.content.decode()) == (200, True)


def test_patient_keeps_who_left_through_an_edit(left):
    address = f"/patients/{left.patient.pk}/edit/"
    page = left.owner.get(address).content.decode()
    assert f'<option value="{left.key}" selected>Clara Clinician</option>' in page
    form = {**FORM, "record_number": "A-1", "address": "1 Mill Lane", "user": left.key}
    assert (left.owner.post(address, form).status_code, user_of(left)) == (302, left.key)


def test_patient_keeps_who_left_through_a_change_by_a_program(left):
    address = f"/api/v1/patients/{left.patient.pk}/"
    changed = left.owner.patch(address, {"address": "1 Mill Lane", "user": left.key}, content_type="application/json")
    assert (changed.status_code, changed.json()["results"]["user"]) == (200, left.key)


def test_assessment_keeps_who_left_through_an_edit(left):
    form = {"type": "physical", "date": "2026-03-01", "name": "Walk", "user": left.key, "questions-TOTAL_FORMS": "0",
            "questions-INITIAL_FORMS": "0", "score": "3"}  # fmt: skip
    assert left.owner.post(f"/assessments/{left.assessment.pk}/edit/", form).status_code == 302
    assert left.owner.post(f"/assessments/new/?patient={left.patient.pk}", form).status_code == 422


def test_who_left_is_not_chosen_for_a_new_patient(left):
    page = left.owner.get("/patients/new/").content.decode()
    assert (f'value="{left.key}"' in page, 'name="user"' in page) == (False, True)
    form = {**FORM, "full_name": "Bo New", "user": left.key}
    assert left.owner.post("/patients/new/", {**form, "id": str(uuid4())}).status_code == 422
    assert left.owner.post("/api/v1/patients/", form, content_type="application/json").status_code == 400


def test_who_left_is_not_given_another_practitioners_patient(left, riverside):
    with clinic_scope(left.clinic):
        other = make_patient(user=Practitioner.objects.get(pk=riverside.owner.pk), record_number="B-1")
    form = {**FORM, "record_number": "B-1", "user": left.key}
    assert left.owner.post(f"/patients/{other.pk}/edit/", form).status_code == 422
    change = left.owner.patch(f"/api/v1/patients/{other.pk}/", {"user": left.key}, content_type="application/json")
    assert change.status_code == 400


def test_patient_of_who_left_is_taken_over(left, riverside):
    address, taken_over = f"/patients/{left.patient.pk}/edit/", str(riverside.owner.pk)
    form = {**FORM, "record_number": "A-1", "user": taken_over}
    assert (left.owner.post(address, form).status_code, user_of(left)) == (302, taken_over)
    assert left.owner.post(address, {**form, "user": left.key}).status_code == 422


def test_trail_of_both_clinics_is_each_its_own(riverside, hillside, both, sign_in):
    sign_in(riverside.owner).post(f"/clinic/people/{both.pk}/end/")
    found = {}
    for world in (riverside, hillside):
        with clinic_scope(world.clinic):
            found[world.clinic.name] = AuditEvent.objects.filter(action="member.ended").count()
    assert found == {"Riverside": 1, "Hillside": 0}


def test_practitioner_of_a_role_that_sees_no_patients_stays_as_a_record(lakeside):
    staff.add_member(clinic=lakeside.clinic, user=lakeside.front_desk, role=Role.CLINICIAN, by=Writer())
    client = signed_in(Client(), lakeside.owner)
    client.post(f"/clinic/people/{lakeside.front_desk.pk}/", {"role": "front_desk", "reason": "New duties"})
    with clinic_scope(lakeside.clinic):
        kept = Practitioner.objects.get(pk=lakeside.front_desk.pk)
    assert (kept.display_name, kept.is_active) == (lakeside.front_desk.name, False)


def test_running_job_of_who_left_stops_before_its_next_batch(lakeside, monkeypatch):
    """The owner removes them while the first batch is being worked on."""
    user = lakeside.clinician
    with clinic_scope(lakeside.clinic):
        keys = [make_patient().pk for _ in range(4)]
        job = Job.objects.create(
            list="patients", label="Archive", work="clinic.patients.bulk.archive", by_id=str(user.pk), by_name="Clara",
            total=4, parameters={"query": "", "permission": "patients.edit"},
        )  # fmt: skip
        for key in keys:
            job.items.create(record_id=key)
    monkeypatch.setattr("clinic.lists.running.BATCH", 2)
    owner, worked = signed_in(Client(), lakeside.owner), []
    apply = bulk._archive

    def after_one(job, items):
        worked.append(len(items))
        return apply(job, items)

    turn = running.turn

    @contextmanager
    def between(clinic, job):
        if worked and not left:
            left.append(owner.post(f"/clinic/people/{user.pk}/end/").status_code)
        with turn(clinic, job):
            yield

    left: list[int] = []
    monkeypatch.setattr("clinic.patients.bulk._archive", after_one)
    monkeypatch.setattr("clinic.lists.running.turn", between)
    run(lakeside, job)
    with clinic_scope(lakeside.clinic):
        archived = Patient.objects.archived().filter(pk__in=keys).count()
        assert (left, worked, archived, Job.objects.get(pk=job.pk).state) == ([302], [2], 2, JobState.STOPPED)
