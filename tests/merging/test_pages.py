"""The pages that merge and take apart, and where the addresses and the number of a merged record lead."""

import re
from datetime import date

import pytest

from clinic.access import PERMISSIONS, Permission, Role
from clinic.audit.models import AuditEvent
from clinic.merging import leading
from clinic.patients.actions import update_patient
from clinic.patients.models import MergedPatient, Patient
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.blanked import text_of
from tests.merging.records import BY, merge, pair
from tests.typed import sent_by
from tests.world import make_assessment, make_patient

LEFT = date(2026, 7, 25)


@pytest.fixture
def two(riverside):
    with clinic_scope(riverside.clinic):
        return pair(riverside.clinic, riverside.front_desk)


@pytest.fixture
def merged(two, riverside):
    with clinic_scope(riverside.clinic):
        merge(*two)
    return two


def address(survivor, other):
    return f"/patients/{survivor.pk}/merge/?other={other.pk}"


def apart(survivor, other):
    return f"/patients/{survivor.pk}/unmerge/?other={other.pk}"


def send(client, url, **more):
    return client.post(url, {**sent_by(client.get(url).content.decode()), **more})


def is_merged(riverside, other):
    with clinic_scope(riverside.clinic):
        return MergedPatient.objects.filter(pk=other.pk).exists()


def test_page_says_what_moves_and_what_both_have(two, riverside, sign_in):
    page = " ".join(re.sub("<[^>]+>", "", text_of(sign_in(riverside.clinician).get(address(*two)))).split())
    assert "Merge Anna Example into Anne Example" in page
    assert "“Walk” becomes “Walk (2)”." in page
    assert "The schedule of PHQ-9" in page
    assert "2 assessments" in page


def test_button_merges_and_leads_to_the_survivor(two, riverside, sign_in):
    anne, anna = two
    answer = send(sign_in(riverside.clinician), address(anne, anna), birth_year="1980")
    assert (answer.status_code, answer["Location"]) == (302, f"/patients/{anne.pk}/")
    assert is_merged(riverside, anna)


def test_value_that_is_chosen_is_taken(two, riverside, sign_in):
    anne, anna = two
    send(sign_in(riverside.clinician), address(anne, anna), **{"birth_year": "1980", "keep-full_name": "other"})
    with clinic_scope(riverside.clinic):
        assert Patient.objects.get(pk=anne.pk).full_name == "Anna Example"


def test_value_that_only_the_other_has_is_proposed(two, riverside, sign_in):
    anne, anna = two
    with clinic_scope(riverside.clinic):
        update_patient(by=BY, id=anna.pk, version=None, address="1 High Street")
    sent = sent_by(sign_in(riverside.clinician).get(address(anne, anna)).content.decode())
    assert (sent["keep-address"], sent["keep-full_name"]) == ("other", "survivor")


@pytest.mark.parametrize(("chosen", "kept"), [("survivor", ("active", None)), ("other", ("discharged", LEFT))])
def test_status_and_its_day_are_of_one_record(two, riverside, sign_in, chosen, kept):
    anne, anna = two
    with clinic_scope(riverside.clinic):
        update_patient(by=BY, id=anna.pk, version=anna.version, status="discharged", status_on=LEFT)
    client = sign_in(riverside.clinician)
    form = sent_by(client.get(address(anne, anna)).content.decode())
    assert (form["keep-status"], "keep-status_on" in form) == ("survivor", False)
    assert "Discharged 25 July 2026" in text_of(client.get(address(anne, anna)))
    send(client, address(anne, anna), birth_year="1980", **{"keep-status": chosen})
    with clinic_scope(riverside.clinic):
        assert Patient.objects.values_list("status", "status_on").get(pk=anne.pk) == kept


@pytest.mark.parametrize("year", ["", "1981", "eighty", "99999999999999999999"])
def test_another_year_of_birth_merges_nothing_and_keeps_the_choice(two, riverside, sign_in, year):
    anne, anna = two
    form = {"birth_year": year, "keep-full_name": "other"}
    answer = send(sign_in(riverside.clinician), address(anne, anna), **form)
    assert (answer.status_code, sent_by(answer.content.decode())["keep-full_name"]) == (422, "other")
    assert not is_merged(riverside, anna)


def test_stale_page_is_shown_again_with_the_choice(two, riverside, sign_in):
    anne, anna = two
    client = sign_in(riverside.clinician)
    form = sent_by(client.get(address(anne, anna)).content.decode()) | {"birth_year": "1980", "keep-full_name": "other"}
    with clinic_scope(riverside.clinic):
        update_patient(by=BY, id=anna.pk, version=None, address="Elsewhere")
    answer = client.post(address(anne, anna), form)
    sent = sent_by(answer.content.decode())
    assert (answer.status_code, sent["keep-full_name"], sent["keep-address"]) == (409, "other", "other")
    assert not is_merged(riverside, anna)
    assert client.post(address(anne, anna), sent).status_code == 302


@pytest.mark.parametrize("other", ["", "no-id", "00000000-0000-4000-8000-000000000000"])
def test_other_that_is_nobody_is_not_found(two, riverside, sign_in, other):
    client = sign_in(riverside.clinician)
    assert client.get(f"/patients/{two[0].pk}/merge/?other={other}").status_code == 404
    assert client.get(f"/patients/{two[0].pk}/merge/?other={two[0].pk}").status_code == 404


def test_other_is_found_by_its_record_number(two, riverside, sign_in):
    client, url = sign_in(riverside.clinician), f"/patients/{two[0].pk}/merge/"
    assert client.get(url, {"number": two[1].record_number})["Location"] == address(*two)
    assert [client.get(url, {"number": text}).status_code for text in ("", "none", two[0].record_number)] == [422] * 3


def test_records_are_taken_apart_by_the_page(merged, riverside, sign_in):
    anne, anna = merged
    client = sign_in(riverside.clinician)
    with clinic_scope(riverside.clinic):
        make_assessment(Patient.objects.get(pk=anne.pk), name="Since then")
    page = text_of(client.get(apart(anne, anna)))
    assert ("1 assessment: “Since then”" in page, "2 assessments" in page) == (True, True)
    assert send(client, apart(anne, anna))["Location"] == f"/patients/{anna.pk}/"
    assert not is_merged(riverside, anna)


def test_name_that_is_taken_by_now_asks_for_a_practitioner(merged, riverside, sign_in):
    anne, anna = merged
    client = sign_in(riverside.clinician)
    with clinic_scope(riverside.clinic):
        make_patient(full_name="Anna Example", user=anna.user)
    answer = send(client, apart(anne, anna))
    assert (answer.status_code, "another patient of this name" in answer.content.decode()) == (422, True)
    other = riverside.owner if anna.user_id != riverside.owner.pk else riverside.clinician
    form = sent_by(answer.content.decode()) | {"user": str(other.pk)}
    assert client.post(apart(anne, anna), form).status_code == 302
    with clinic_scope(riverside.clinic):
        assert Patient.objects.get(pk=anna.pk).user_id == other.pk


def test_stale_page_takes_nothing_apart(merged, riverside, sign_in):
    anne, anna = merged
    client = sign_in(riverside.clinician)
    form = sent_by(client.get(apart(anne, anna)).content.decode())
    with clinic_scope(riverside.clinic):
        update_patient(by=BY, id=anne.pk, version=None, address="Elsewhere")
    assert (client.post(apart(anne, anna), form).status_code, is_merged(riverside, anna)) == (409, True)


@pytest.mark.parametrize("page", ["", "edit/", "history/", "assessments/", "course/", "alerts/"])
def test_address_of_a_merged_record_leads_to_the_survivor(merged, riverside, sign_in, page):
    anne, anna = merged
    answer = sign_in(riverside.clinician).get(f"/patients/{anna.pk}/{page}", follow=True)
    assert answer.redirect_chain == [(f"/patients/{anne.pk}/{page}", 302)]
    assert leading.LED in text_of(answer)


def test_parameter_that_names_a_merged_record_leads_to_the_survivor(merged, riverside, sign_in):
    anne, anna = merged
    answer = sign_in(riverside.clinician).get(f"/assessments/new/?patient={anna.pk}")
    assert answer["Location"] == f"/assessments/new/?patient={anne.pk}"


def test_form_of_a_merged_record_is_refused_and_kept(merged, riverside, sign_in):
    anne, anna = merged
    client = sign_in(riverside.clinician)
    own = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post(f"/patients/{anna.pk}/edit/", {"address": "Typed for an hour"}, headers=own)
    page = answer.content.decode()
    assert (answer.status_code, "Typed for an hour" in page, f"/patients/{anne.pk}/edit/" in page) == (409, True, True)
    assert client.post(f"/patients/{anna.pk}/archive/").status_code == 409


def test_number_of_a_merged_record_finds_the_survivor(merged, riverside, sign_in):
    anne, anna = merged
    for text in (anna.record_number, anna.record_number.lower(), anna.record_number.replace("-", " ")):
        page = sign_in(riverside.clinician).get("/patients/", {"q": text}).content.decode()
        assert (f"/patients/{anne.pk}/" in page, "record number of before" in page) == (True, True)


def test_own_number_of_a_merged_record_is_found_without_its_zeros(two, riverside, sign_in):
    anne, anna = two
    with clinic_scope(riverside.clinic):
        Patient.objects.filter(pk=anna.pk).update(record_number="P-000777")
        merge(anne, anna)
    client = sign_in(riverside.clinician)
    assert f"/patients/{anne.pk}/" in client.get("/patients/", {"q": "777"}).content.decode()


def test_program_is_told_where_a_merged_record_is(merged, riverside, sign_in):
    anne, anna = merged
    client = sign_in(riverside.clinician)
    answer = client.get(f"/api/v1/patients/{anna.pk}/")
    assert (answer.status_code, answer["Location"]) == (301, f"http://testserver/api/v1/patients/{anne.pk}/")
    error = answer.json()["error"]
    assert (error["code"], error["fields"]) == ("merged", {"merged_into": str(anne.pk)})
    refused = client.patch(f"/api/v1/patients/{anna.pk}/", {"address": "x"}, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "merged")


def test_histories_of_both_are_on_the_survivors_pages(merged, riverside, sign_in):
    anne, anna = merged
    with clinic_scope(riverside.clinic):
        before = AuditEvent.objects.filter(patient_id__in=[anne.pk, anna.pk]).count()
    owner = sign_in(riverside.owner)
    assert f"{anna.record_number}, merged into this record" in text_of(owner.get(f"/patients/{anne.pk}/history/"))
    found = re.search(r"(\d+) events", text_of(owner.get(f"/clinic/trail/patients/{anne.pk}/")))
    assert int(found[1]) == before + 1


def test_merged_record_is_on_no_list(merged, riverside, sign_in):
    client = sign_in(riverside.clinician)
    for query in ("archived=all", "q=anna+example", "_export=csv"):
        answer = client.get(f"/patients/?{query}")
        text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
        assert (answer.status_code, "Anna Example" in text) == (200, False)


@pytest.mark.parametrize("hidden", [0, 1])
def test_record_that_somebody_does_not_see_is_answered_as_none(two, riverside, sign_in, hidden):
    Clinic.objects.filter(pk=riverside.clinic.pk).update(restricts_patients=True)
    with clinic_scope(riverside.clinic):
        Patient.objects.update(user=riverside.clinician.pk)
        Patient.objects.filter(pk=two[hidden].pk).update(user=riverside.owner.pk)
    client = sign_in(riverside.clinician)
    assert client.get(address(*two)).status_code == 404
    assert client.post(address(*two), {"birth_year": "1980"}).status_code == 404
    assert sign_in(riverside.owner).get(address(*two)).status_code == 200


def test_merged_record_of_a_hidden_one_leads_nowhere(merged, riverside, sign_in):
    Clinic.objects.filter(pk=riverside.clinic.pk).update(restricts_patients=True)
    with clinic_scope(riverside.clinic):
        Patient.objects.update(user=riverside.owner.pk)
    client = sign_in(riverside.clinician)
    assert client.get(f"/patients/{merged[1].pk}/").status_code == 404
    assert client.get(apart(*merged)).status_code == 404


def test_front_desk_merges_nobody(two, riverside, sign_in):
    client = sign_in(riverside.front_desk)
    assert (client.get(address(*two)).status_code, Permission.PATIENTS_MERGE in PERMISSIONS[Role.FRONT_DESK]) == (
        403,
        False,
    )
    page = client.get(f"/patients/{two[0].pk}/").content.decode()
    assert ("Edit" in page, "/merge/" in page) == (True, False)
