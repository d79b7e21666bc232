"""Who somebody is besides name and telephone: what may be unknown, and what is found, scored and shown by it."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from clinic.instruments.actions import set_instrument_choices
from clinic.patients.dates import parse_birth_date
from clinic.patients.entry import read_birth
from clinic.patients.models import BirthPrecision, Patient
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.patients.registered import new_form, stored
from tests.world import Writer, make_patient

NEW, API = "/patients/new/", "/api/v1/patients/"


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


def faults(response) -> dict[str, list[str]]:
    assert response.status_code == 422, response.status_code
    return {name: list(map(str, messages)) for name, messages in response.context["form"].errors.items()}


@pytest.mark.parametrize(
    "more", [{"date_is_unknown": "on"}, {"date_of_birth": "unknown"}, {"date_of_birth": "Not known"}]
)
def test_date_of_birth_can_be_unknown_on_every_page(client, riverside, more):
    typed = new_form(riverside, full_name="Una Undated", **{"date_of_birth": "", **more})
    page = client.post(NEW, typed)["Location"]
    patient = stored(riverside)
    assert (patient.date_of_birth, patient.date_of_birth_precision, patient.age) == (None, "unknown", None)
    assert "not known" in client.get(page).content.decode()
    row = re.sub(r"<[^>]+>", " ", client.get("/patients/?q=undated").content.decode())
    assert ("Una" in row, re.findall(r".{30}None.{20}", row)) == (True, [])
    for sort in ("date_of_birth", "-date_of_birth", "age", "-age"):
        assert "Una" in client.get(f"/patients/?sort={sort}").content.decode()
    for path in ("assessments/", "course/", "history/", "requests/", "edit/"):
        assert client.get(f"{page}{path}").status_code == 200
    assert client.get(f"/assessments/new/?patient={patient.pk}").status_code == 200
    assert b"Una" in b"".join(client.get("/patients/?_export=csv").streaming_content)


def test_neither_a_date_nor_that_it_is_unknown_is_asked_about_and_both_too(client, riverside):
    nothing = new_form(riverside, full_name="", date_of_birth="")
    assert set(faults(client.post(NEW, nothing))) == {"full_name", "date_of_birth"}
    both = new_form(riverside, date_of_birth="1 March 1980", date_is_unknown="on")
    assert list(faults(client.post(NEW, both))) == ["date_is_unknown"]


def test_unknown_date_is_learned_later_and_taken_back(client, riverside):
    page = client.post(NEW, new_form(riverside, date_of_birth="", date_is_unknown="on"))["Location"]
    form = client.get(f"{page}edit/").content.decode()
    assert re.search(r'name="date_is_unknown"[^>]*checked', form)
    patient = stored(riverside)
    known = new_form(
        riverside, id=patient.pk, version=1, record_number=patient.record_number, date_of_birth="12 3 1961"
    )
    assert client.post(f"{page}edit/", known).status_code == 302
    assert (stored(riverside).date_of_birth, stored(riverside).date_of_birth_precision) == (date(1961, 3, 12), "exact")
    again = {**known, "version": 2, "date_of_birth": "", "date_is_unknown": "on"}
    assert client.post(f"{page}edit/", again).status_code == 302
    assert stored(riverside).date_of_birth is None


def test_json_has_null_for_a_date_that_nobody_knows(client, riverside):
    body = {"full_name": "Una Undated", "gender": "female", "date_of_birth": None}
    made = client.post(API, body, "application/json").json()["results"]
    assert (made["date_of_birth"], made["date_of_birth_precision"]) == (None, "unknown")
    known = client.patch(f"{API}{made['id']}/", {"date_of_birth": "1961-03-12"}, "application/json").json()["results"]
    assert (known["date_of_birth"], known["date_of_birth_precision"]) == ("1961-03-12", "exact")
    wrong = client.patch(f"{API}{made['id']}/", {"date_of_birth_precision": "unknown"}, "application/json")
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["date_of_birth_precision"])


@pytest.mark.parametrize("precision", BirthPrecision.values)
@pytest.mark.parametrize("born", [None, date(1961, 3, 12)])
def test_date_and_how_well_it_is_known_agree_or_are_refused(born, precision):
    try:
        read = read_birth({"date_of_birth": born, "date_of_birth_precision": precision})
    except ValidationError as refusal:
        found = list(refusal.message_dict)
    else:
        found = [read["date_of_birth"] is None, read["date_of_birth_precision"]]
    agree = (born is None) == (precision == "unknown")
    assert found == ([born is None, precision] if agree else ["date_of_birth_precision"])


@pytest.mark.parametrize("text", ["unknown", " Unknown ", "not known", "?"])
def test_words_for_not_known_are_understood(text):
    assert parse_birth_date(text) == (None, BirthPrecision.NOT_KNOWN)


def test_instrument_is_given_to_who_has_no_date_of_birth(client, riverside):
    with clinic_scope(riverside.clinic):
        patient = make_patient(date_of_birth=None, date_of_birth_precision="unknown")
    body = {"patient": str(patient.pk), "instrument": "phq-9", "date": "2026-03-01", "complete": True}
    done = client.post(
        "/api/v1/assessments/", {**body, "answers": {str(n): 1 for n in range(1, 10)}}, "application/json"
    )
    assert (done.status_code, done.json()["results"]["score"]) == (201, 9)


@in_one_zone
@pytest.mark.clock("clinic/patients/forms.py:PatientForm._name")
def test_person_without_a_name_is_registered_and_named_later(clock, client, riverside):
    typed = new_form(riverside, full_name="", name_is_unknown="on", date_of_birth="about 1980")
    page = client.post(NEW, typed)["Location"]
    patient = stored(riverside)
    assert (patient.full_name, patient.family_name, patient.date_of_birth_precision) == (
        "Unknown person, 31 December 2027, 23:59",
        "Unknown",
        "about_year",
    )
    named = {
        **typed,
        "version": 1,
        "record_number": patient.record_number,
        "full_name": "Kofi Adeyemi",
        "family_name": "",
    }
    named.pop("name_is_unknown")
    assert client.post(f"{page}edit/", named).status_code == 302
    assert stored(riverside).full_name == "Kofi Adeyemi"


def test_other_name_finds_and_says_why(client, riverside):
    with clinic_scope(riverside.clinic):
        make_patient(full_name="Maria Jensen", family_name="Jensen", other_names="Mía González, Maria Alvarez")
    for text in ("gonzalez", "alvarez maria", "jensen gonzalez", "jensen gonzales"):
        page = client.get("/patients/", {"q": text}).content.decode()
        assert "Jensen" in page, text
    assert "other name" in client.get("/patients/?q=gonzalez").content.decode()


def test_sex_for_clinical_use_goes_before_gender_when_scoring(client, riverside):
    found = []
    with clinic_scope(riverside.clinic):
        set_instrument_choices(by=Writer(), licence_classes=["non-commercial"], hidden=[])
    for fields in ({"gender": "other"}, {"gender": "other", "sex": "female"}, {"gender": "female", "sex": "male"}):
        with clinic_scope(riverside.clinic):
            patient = make_patient(**fields, date_of_birth=date(1980, 1, 1))
        body = {"patient": str(patient.pk), "instrument": "audit-c", "date": "2026-03-01", "complete": True}
        body["answers"] = {"1": 1, "2": 1, "3": 1}
        done = client.post("/api/v1/assessments/", body, "application/json").json()
        assert done["results"], done
        done = done["results"]
        found.append((done["sex"], done["cutoff"] or done["band"]))
    assert [sex for sex, _ in found] == ["other", "female", "male"]
    assert found[1][1] != found[2][1]


@in_one_zone
@pytest.mark.clock("clinic/patients/entry.py:read_together", "clinic/patients/models/patient.py:Patient.birth_text")
def test_who_has_died_is_said_on_every_page_of_theirs_and_found_by_the_filter(clock, client, riverside):
    patient = stored_with(riverside, full_name="Dora Dead")
    form = new_form(riverside, full_name="Dora Dead", id=patient.pk, version=1, record_number=patient.record_number)
    future = client.post(f"/patients/{patient.pk}/edit/", {**form, "status": "deceased", "status_on": "1 March 2099"})
    alive = client.post(f"/patients/{patient.pk}/edit/", {**form, "status": "active", "status_on": "1 March 2026"})
    assert (list(faults(future)), list(faults(alive))) == (["status_on"], ["status_on"])
    died = client.post(f"/patients/{patient.pk}/edit/", {**form, "status": "deceased", "status_on": "3 March 2026"})
    assert died.status_code == 302
    for path in ("", "assessments/", "history/", "edit/"):
        assert "Deceased 3 March 2026" in client.get(f"/patients/{patient.pk}/{path}").content.decode()
    assert "Dora" in client.get("/patients/?status=deceased").content.decode()
    assert "Dora" not in client.get("/patients/?status=active").content.decode()


@pytest.mark.parametrize(
    ("more", "aged"),
    [
        ({"status": "deceased", "status_on": date(2004, 2, 28)}, "39 years at death"),
        ({"status": "deceased", "status_on": date(2004, 3, 1)}, "40 years at death"),
        ({"status": "deceased"}, "63 years"),
        ({"status": "discharged", "status_on": date(2004, 2, 28)}, "63 years"),
    ],
)
@in_one_zone
def test_nobody_grows_older_after_the_day_of_death(clock, client, riverside, more, aged):
    patient = stored_with(riverside, full_name="Dora Dead", date_of_birth=date(1964, 2, 29), **more)
    assert f"29 February 1964, {aged}\n" in client.get(f"/patients/{patient.pk}/").content.decode()
    row = client.get("/patients/?q=dora").content.decode().partition("<tbody")[2]
    assert re.findall(r"<td[^>]*>(\d\d)</td>", row) == [aged[:2]]


def stored_with(world, **fields) -> Patient:
    with clinic_scope(world.clinic):
        return make_patient(**fields)


@pytest.mark.parametrize("email", ["ana", "a@b", "ana@example.org\nBcc: x@example.org"])
def test_address_for_mail_is_one_or_is_refused(client, riverside, email):
    assert list(faults(client.post(NEW, new_form(riverside, email=email)))) == ["email"]
