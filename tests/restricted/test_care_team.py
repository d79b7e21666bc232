"""Naming colleagues for a patient; registering and handing over, and what is told of hidden patients meanwhile."""

from uuid import uuid4

import pytest

from clinic.access import Role
from clinic.audit.models import AuditEvent
from clinic.patients.models import CareTeamMember, Patient
from clinic.tenancy.scope import clinic_scope, everybody_seen, public_scope
from tests.blanked import text_of
from tests.typed import sent_by
from tests.world import make_patient

HIDDEN = {"full_name": "Quendolyn Hid", "family_name": "Hid", "record_number": "P-000041"}
PATIENTS = "/api/v1/patients/"


@pytest.fixture
def hidden(restricted) -> Patient:
    with clinic_scope(restricted.clinic):
        return make_patient(**HIDDEN, user_id=restricted.owner.pk)


@pytest.fixture
def mine(restricted) -> Patient:
    with clinic_scope(restricted.clinic):
        return make_patient(full_name="Mina Mine", user_id=restricted.clinician.pk)


def events(world, **about) -> list[tuple]:
    with clinic_scope(world.clinic):
        rows = AuditEvent.objects.filter(is_reading=False, **about).order_by("id")
        return list(rows.values_list("action", "actor_name", "changes"))


def team(world, patient: Patient) -> list:
    with clinic_scope(world.clinic):
        return list(CareTeamMember.objects.filter(patient=patient).values_list("person_id", flat=True))


def status(sign_in, world, patient: Patient) -> dict[Role, int]:
    return {role: sign_in(user).get(f"/patients/{patient.pk}/").status_code for role, user in world.users.items()}


def test_colleague_is_named_and_removed_by_one_event_each(restricted, mine, sign_in):
    client, page = sign_in(restricted.clinician), f"/patients/{mine.pk}/care-team/"
    desk = restricted.front_desk.pk
    assert status(sign_in, restricted, mine)[Role.FRONT_DESK] == 404
    for _ in range(2):
        client.post(page, {"person": desk})
    assert (team(restricted, mine), status(sign_in, restricted, mine)[Role.FRONT_DESK]) == ([desk], 200)
    for _ in range(2):
        assert client.post(f"{page}{desk}/remove/").status_code == 302
    assert (team(restricted, mine), status(sign_in, restricted, mine)[Role.FRONT_DESK]) == ([], 404)
    assert events(restricted, record_type="careteammember", patient_id=mine.pk) == [
        ("careteammember.added", "Clara Clinician", {"person": [None, "Frank Frontdesk"]}),
        ("careteammember.removed", "Clara Clinician", {"person": ["Frank Frontdesk", None]}),
    ]


@pytest.mark.parametrize("person", ["", "nonsense", "owner", "nobody"])
def test_nobody_is_named_who_cannot_be(restricted, mine, sign_in, person):
    """Owners see everybody anyway."""
    value = {"owner": restricted.owner.pk, "nobody": uuid4()}.get(person, person)
    answer = sign_in(restricted.clinician).post(f"/patients/{mine.pk}/care-team/", {"person": value})
    assert (answer.status_code, team(restricted, mine)) == (422, [])
    assert 'id="error-summary"' in text_of(answer) or "Choose" in text_of(answer)


def test_patients_page_names_the_team_where_patients_are_restricted(restricted, mine, sign_in):
    client = sign_in(restricted.clinician)
    assert "Nobody besides the practitioner" in text_of(client.get(f"/patients/{mine.pk}/details/"))
    client.post(f"/patients/{mine.pk}/care-team/", {"person": restricted.front_desk.pk})
    assert "<bdi>Frank Frontdesk</bdi>" in text_of(client.get(f"/patients/{mine.pk}/details/"))


def test_patients_page_says_nothing_of_a_team_where_all_see_all(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        patient = make_patient()
    page = sign_in(riverside.clinician).get(f"/patients/{patient.pk}/details/")
    assert (page.status_code, "Care team" in text_of(page)) == (200, False)


def test_role_sees_its_own_patients_and_owner_and_auditor_everybodys(restricted, mine, hidden, sign_in):
    assert status(sign_in, restricted, mine) == {
        Role.OWNER: 200, Role.CLINICIAN: 200, Role.FRONT_DESK: 404, Role.AUDITOR: 200,
    }  # fmt: skip
    assert status(sign_in, restricted, hidden) == {
        Role.OWNER: 200, Role.CLINICIAN: 404, Role.FRONT_DESK: 404, Role.AUDITOR: 200,
    }  # fmt: skip


def registration(client, world, **fields) -> dict[str, str]:
    form = sent_by(text_of(client.get("/patients/new/")))
    return {**form, "gender": "female", "date_of_birth": "12 March 1961", "user": str(world.owner.pk), **fields}


def test_whoever_registers_somebody_elses_patient_is_of_their_care_team(restricted, sign_in):
    client = sign_in(restricted.front_desk)
    answer = client.post("/patients/new/", registration(client, restricted, full_name="Nia Nowak"))
    assert client.get(answer["Location"]).status_code == 200
    with clinic_scope(restricted.clinic):
        made = Patient.objects.get(full_name="Nia Nowak")
    assert team(restricted, made) == [restricted.front_desk.pk]
    assert [event[0] for event in events(restricted, patient_id=made.pk)] == ["patient.created", "careteammember.added"]


def test_name_that_a_hidden_patient_has_is_refused_without_a_word_of_them(restricted, hidden, sign_in):
    client = sign_in(restricted.clinician)
    typed = registration(client, restricted, full_name="quendolyn  hid", address="Seven Sea Street")
    answer = client.post("/patients/new/", typed)
    page = text_of(answer)
    assert (answer.status_code, "whom you do not see" in page, "Seven Sea Street" in page) == (422, True, True)
    assert [
        secret for secret in (hidden.record_number, str(hidden.pk), "Hid, Quendolyn", "1970") if secret in page
    ] == []
    body = {
        "full_name": "Quendolyn Hid",
        "gender": "female",
        "date_of_birth": "1961-03-12",
        "user": str(restricted.owner.pk),
    }
    error = client.post(PATIENTS, body, content_type="application/json")
    assert (error.status_code, error.json()["error"]["code"]) == (409, "name_taken")
    assert str(hidden.pk) not in text_of(error)


def test_record_numbers_go_on_after_those_of_hidden_patients(restricted, hidden, sign_in):
    client = sign_in(restricted.clinician)
    assert client.post("/patients/new/", registration(client, restricted, full_name="Nia Nowak")).status_code == 302
    with clinic_scope(restricted.clinic):
        assert Patient.objects.get(full_name="Nia Nowak").record_number == "P-000042"
    taken = registration(
        client, restricted, full_name="Olga Ferris", date_of_birth="3 May 1990", record_number=hidden.record_number
    )
    answer = client.post("/patients/new/", taken)
    assert (answer.status_code, "Another patient has this record number." in text_of(answer)) == (422, True)


def test_id_of_a_hidden_record_is_refused_and_what_was_typed_is_kept(restricted, hidden, sign_in):
    client = sign_in(restricted.clinician)
    typed = registration(client, restricted, full_name="Nia Nowak", id=str(hidden.pk))
    answer = client.post("/patients/new/", typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, "Nia Nowak" in text_of(answer), "Quendolyn" in text_of(answer)) == (409, True, False)
    body = {"id": str(hidden.pk), "full_name": "Nia Nowak", "gender": "female", "date_of_birth": "1961-03-12"}
    error = client.post(PATIENTS, body, content_type="application/json")
    assert (error.status_code, error.json()["error"]["code"]) == (409, "id_taken")


def test_patient_who_is_handed_over_is_no_longer_seen(restricted, mine, sign_in):
    client, path = sign_in(restricted.clinician), f"/patients/{mine.pk}/edit/"
    form = sent_by(text_of(client.get(path)))
    answer = client.post(path, {**form, "user": str(restricted.owner.pk)}, follow=True)
    assert answer.redirect_chain == [("/patients/", 302)]
    assert ("no longer one of yours" in text_of(answer), client.get(path).status_code) == (True, 404)


def test_whoever_takes_themselves_out_is_led_to_the_list(restricted, hidden, sign_in):
    sign_in(restricted.owner).post(f"/patients/{hidden.pk}/care-team/", {"person": restricted.front_desk.pk})
    answer = sign_in(restricted.front_desk).post(f"/patients/{hidden.pk}/care-team/{restricted.front_desk.pk}/remove/")
    assert (answer.status_code, answer["Location"], team(restricted, hidden)) == (302, "/patients/", [])


def test_scope_goes_on_seeing_the_same_after_a_look_at_all_or_at_public(restricted, mine, hidden):
    seen = []
    with clinic_scope(restricted.clinic, seen_by=restricted.clinician.pk):
        seen.append(Patient.objects.count())
        with everybody_seen():
            seen.append(Patient.objects.count())
        seen.append(Patient.objects.count())
        with public_scope():
            pass
        seen.append(Patient.objects.count())
        with clinic_scope(restricted.clinic):
            seen.append(Patient.objects.count())
    with clinic_scope(restricted.clinic):
        seen.append(Patient.objects.count())
    assert seen == [1, 2, 1, 1, 1, 2]
