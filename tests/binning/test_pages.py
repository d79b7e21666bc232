"""The pages of the bin, and where the addresses of a record in it lead."""

import re

import pytest

from clinic.access import Role
from clinic.audit.models import AuditEvent
from clinic.binning.actions import bin_patient
from clinic.patients.models import BinnedPatient, Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.blanked import text_of
from tests.merging.records import BY
from tests.typed import sent_by
from tests.world import make_assessment, make_patient


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        patient = make_patient(full_name="Orla Quimby", family_name="Quimby", phone_number="+442079460463")
        make_assessment(patient)
        return patient


@pytest.fixture
def binned(patient, riverside):
    with clinic_scope(riverside.clinic):
        bin_patient(by=BY, id=patient.pk, version=patient.version, reason="A test")
    return patient


def words(answer):
    return " ".join(re.sub("<[^>]+>", " ", text_of(answer)).split())


def test_form_says_what_goes_along_and_leads_to_the_way_back(patient, riverside, sign_in):
    client = sign_in(riverside.clinician)
    url = f"/patients/{patient.pk}/bin/"
    assert "1 assessment" in words(client.get(url))
    answer = client.post(url, {**sent_by(text_of(client.get(url))), "reason": "Registered twice"})
    assert (answer.status_code, answer["Location"]) == (302, f"/patients/bin/{patient.pk}/")
    page = words(client.get(answer["Location"]))
    assert "Registered twice" in page
    assert "Put Orla Quimby back" in page
    back = client.post(f"/patients/bin/{patient.pk}/restore/")
    assert (back.status_code, back["Location"]) == (302, f"/patients/{patient.pk}/")
    assert client.get(back["Location"]).status_code == 200


def test_address_of_the_bin_leads_to_the_patient_who_is_back(binned, riverside, sign_in):
    client, url = sign_in(riverside.clinician), f"/patients/bin/{binned.pk}/"
    client.post(f"{url}restore/")
    answer = client.get(url, follow=True)
    assert (answer.redirect_chain, "back among the patients" in words(answer)) == (
        [(f"/patients/{binned.pk}/", 302)],
        True,
    )
    assert client.get(f"/patients/bin/{riverside.clinic.pk}/").status_code == 404


def test_form_without_a_reason_is_shown_again(patient, riverside, sign_in):
    client, url = sign_in(riverside.clinician), f"/patients/{patient.pk}/bin/"
    answers = [
        client.post(url, {"version": version, "reason": reason})
        for version, reason in ((1, ""), ("", "A test"), (9, "A test"), (1, "x" * 501), (10**30, "x"))
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 409, 422, 422]
    assert sent_by(text_of(answers[2]))["reason"] == "A test"


def test_who_is_in_the_bin_is_in_no_list(binned, riverside, sign_in):
    client = sign_in(riverside.owner)
    for address in ("/patients/?q=Quimby", "/assessments/?q=Quimby", "/patients/duplicates/", "/worklists/alerts/"):
        assert binned.full_name not in text_of(client.get(address)), address
    assert "Quimby, Orla" in words(client.get("/patients/bin/"))
    assert "Quimby, Orla" in words(client.get("/patients/bin/", {"number": binned.record_number}))
    assert "Quimby, Orla" not in words(client.get("/patients/bin/", {"number": "none"}))


def test_addresses_of_the_record_lead_to_the_bin(binned, riverside, sign_in):
    client = sign_in(riverside.clinician)
    for page in ("", "edit/", "assessments/"):
        answer = client.get(f"/patients/{binned.pk}/{page}")
        assert (answer.status_code, answer["Location"]) == (302, f"/patients/bin/{binned.pk}/")
    assert sign_in(riverside.front_desk).get(f"/patients/{binned.pk}/").status_code == 404
    assert client.get(f"/api/v1/patients/{binned.pk}/").status_code == 404


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.FRONT_DESK])
def test_form_that_was_open_meanwhile_keeps_what_was_typed(binned, riverside, sign_in, role):
    url = f"/patients/{binned.pk}/edit/"
    answer = sign_in(riverside.users[role]).post(
        url, {"full_name": "Orla Quimby", "address": "7 Long Lane"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert (answer.status_code, "7 Long Lane" in text_of(answer)) == (409, True)
    assert (f"/patients/bin/{binned.pk}/" in text_of(answer)) is (role == Role.CLINICIAN)


def test_way_back_is_refused_in_words(binned, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        user = Practitioner.objects.get(pk=binned.user_id)
        other = make_patient(full_name=binned.full_name, user=user)
    client, url = sign_in(riverside.clinician), f"/patients/bin/{binned.pk}/restore/"
    first = client.post(url)
    with clinic_scope(riverside.clinic):
        Patient.objects.filter(pk=other.pk).update(full_name="Another", record_number=binned.record_number)
    second = client.post(url)
    assert [answer.status_code for answer in (first, second)] == [409, 409]
    assert ("of this name by now" in words(first), "this record number by now" in words(second)) == (True, True)


def test_panel_says_who_is_in_the_bin(binned, riverside, sign_in):
    typed = {"full_name": "Orla Quimby", "gender": "female", "phone_number": "020 7946 0463"}
    for user, linked in ((riverside.clinician, True), (riverside.front_desk, False)):
        page = text_of(sign_in(user).post("/patients/similar/", typed))
        assert ("In the bin" in page, f"/patients/bin/{binned.pk}/" in page) == (True, linked)


def test_form_that_registers_asks_about_who_is_in_the_bin(binned, riverside, sign_in):
    client = sign_in(riverside.clinician)
    form = {
        **sent_by(text_of(client.get("/patients/new/"))), "full_name": "Orla Quimby", "gender": "female",
        "date_of_birth": binned.date_of_birth.isoformat(), "phone_number": "020 7946 0463",
    }  # fmt: skip
    asked = client.post("/patients/new/", form)
    assert (asked.status_code, "In the bin" in text_of(asked)) == (200, True)
    assert client.post("/patients/new/", {**form, "someone_else": str(binned.pk)}).status_code == 302


def test_program_is_told_of_nobody_in_the_bin(binned, riverside, sign_in):
    sent = {"full_name": "Orla Quimby", "phone_number": "+442079460463"}
    answer = sign_in(riverside.clinician).post("/api/v1/patients/match/", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_restricted_colleague_finds_their_own_in_the_bin(riverside):
    with clinic_scope(riverside.clinic):
        mine, other = riverside.clinician, riverside.owner
        names = {}
        for user in (mine, other):
            practitioner = Practitioner.objects.get(pk=user.pk)
            patient = make_patient(user=practitioner)
            bin_patient(by=BY, id=patient.pk, version=patient.version, reason="A test")
            names[user.pk] = patient.pk
    with clinic_scope(riverside.clinic, seen_by=mine.pk):
        assert list(BinnedPatient.objects.values_list("pk", flat=True)) == [names[mine.pk]]


def test_trail_of_who_is_in_the_bin_is_read_by_name(binned, riverside, sign_in):
    client = sign_in(riverside.owner)
    assert "Quimby, Orla (in the bin)" in words(client.get("/clinic/trail/"))
    assert "Put a patient into the bin" in words(client.get(f"/clinic/trail/patients/{binned.pk}/"))


def test_trail_of_who_was_removed_is_read_by_number(binned, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        AuditEvent.objects.create(
            actor_id="system:bin", actor_name="The bin", action="patient.purged", record_type="patient",
            record_id=binned.pk, patient_id=binned.pk, changes={"record_number": ["Q-77", None]},
        )  # fmt: skip
    client = sign_in(riverside.owner)
    assert client.get(f"/clinic/trail/patients/{riverside.owner.pk}/").status_code == 404
    assert "Removed a patient from the bin for good" in words(client.get(f"/clinic/trail/patients/{binned.pk}/"))
