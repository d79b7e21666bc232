"""The patient pages, as they are used."""

import re
from datetime import date
from uuid import uuid4

import pytest

from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.patients.registered import count, new_form, stored
from tests.world import make_assessment, make_patient


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def typed(riverside):
    return new_form(
        riverside, full_name="  Ana   García ", phone_number="07700 900123", address="1 Mill Lane\r\nRiverton"
    )


def existing(riverside, **fields) -> Patient:
    with clinic_scope(riverside.clinic):
        return make_patient(**fields)


def edited(patient: Patient, **changes) -> dict[str, str]:
    return {
        "id": str(patient.pk),
        "version": str(patient.version),
        "full_name": patient.full_name,
        "family_name": patient.family_name,
        "gender": patient.gender,
        "date_of_birth": patient.date_of_birth.isoformat(),
        "user": str(patient.user_id),
        "record_number": patient.record_number,
        **changes,
    }


def test_registering_stores_what_was_typed(client, riverside, typed):
    response = client.post("/patients/new/", typed)
    patient = stored(riverside)
    assert (response.status_code, response["Location"]) == (302, f"/patients/{patient.pk}/")
    assert (str(patient.pk), patient.full_name, patient.family_name, str(patient.phone_number.as_e164)) == (
        typed["id"],
        "Ana García",
        "García",
        "+447700900123",
    )


def test_registering_twice_from_one_form_makes_one_record(client, riverside, typed):
    assert client.post("/patients/new/", typed)["Location"] == client.post("/patients/new/", typed)["Location"]
    assert count(riverside) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", ""),
        ("full_name", "x" * 201),
        ("full_name", "a\x00b"),
        ("gender", "nonsense"),
        ("date_of_birth", "tomorrow"),
        ("phone_number", "12"),
        ("user", "not-a-uuid"),
        ("user", "00000000-0000-4000-8000-000000000001"),
        ("id", "not-a-uuid"),
        ("record_number", "x" * 41),
    ],
)
def test_bad_field_is_refused_and_the_rest_is_kept(client, riverside, typed, field, value):
    response = client.post("/patients/new/", {**typed, field: value})
    page = response.content.decode()
    assert response.status_code == 422
    assert "1 Mill Lane" in page
    assert count(riverside) == 0


def test_oversized_form_is_refused(client, riverside, typed):
    response = client.post("/patients/new/", {**typed, "full_name": "x" * 10_000_000})
    assert (response.status_code, count(riverside)) == (413, 0)


@pytest.mark.parametrize(
    "name",
    [
        "José Ángel Ñúñez",
        "O'Brien-Smith Jr.",
        "محمد علي",
        "李小龍",
        "Ḥasan ﷺ",
        "Łukasz Žižek",
        "👩‍⚕️ Zoë",
        "Ng",
        "X Æ A-12",
    ],
)
def test_name_of_any_script_is_kept(client, riverside, typed, name):
    client.post("/patients/new/", {**typed, "full_name": name})
    assert stored(riverside).full_name == name


def test_name_is_shown_escaped(client, riverside, typed):
    client.post("/patients/new/", {**typed, "full_name": "<script>alert(1)</script>"})
    page = client.get("/patients/").content.decode()
    assert ("<script>alert(1)" in page, "&lt;script&gt;alert(1)" in page) == (False, True)


def test_taken_record_number_is_an_error_beside_its_field(client, riverside, typed):
    client.post("/patients/new/", {**typed, "record_number": "X-1"})
    second = {**typed, "id": str(uuid4()), "full_name": "Bo Else", "record_number": "X-1"}
    response = client.post("/patients/new/", second)
    assert response.status_code == 422
    assert "Another patient has this record number." in response.content.decode()


def test_edit_stores_the_change(client, riverside):
    patient = existing(riverside)
    response = client.post(f"/patients/{patient.pk}/edit/", edited(patient, full_name="New Name"))
    assert (response.status_code, stored(riverside).full_name) == (302, "New Name")


def test_edit_can_empty_the_family_name_and_it_stays_empty(client, riverside):
    patient = existing(riverside, full_name="Ana García", family_name="García")
    assert client.post(f"/patients/{patient.pk}/edit/", edited(patient, family_name="")).status_code == 302
    assert (stored(riverside).family_name, stored(riverside).full_name) == ("", "Ana García")


def test_edit_of_a_changed_record_shows_both_versions(client, riverside):
    patient = existing(riverside, full_name="First Version")
    client.post(f"/patients/{patient.pk}/edit/", edited(patient, full_name="Theirs Now"))
    response = client.post(f"/patients/{patient.pk}/edit/", edited(patient, full_name="Mine Now"))
    page = response.content.decode()
    assert (response.status_code, stored(riverside).full_name) == (409, "Theirs Now")
    assert ("Theirs Now" in page, "Mine Now" in page, "Clara Clinician" in page) == (True, True, True)


def test_conflict_can_be_saved_over_what_was_shown(client, riverside):
    patient = existing(riverside)
    client.post(f"/patients/{patient.pk}/edit/", edited(patient, full_name="Theirs Now"))
    page = client.post(f"/patients/{patient.pk}/edit/", edited(patient, full_name="Mine Now")).content.decode()
    version = re.search(r'name="version"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="version"', page)
    shown = version[1] or version[2]
    client.post(f"/patients/{patient.pk}/edit/", edited(patient, full_name="Mine Now", version=shown))
    assert stored(riverside).full_name == "Mine Now"


def test_edit_to_a_taken_name_is_a_collision(client, riverside):
    existing(riverside, full_name="Taken Name")
    patient = existing(riverside, full_name="Free Name")
    response = client.post(f"/patients/{patient.pk}/edit/", edited(patient, full_name="taken  NAME"))
    assert (response.status_code, stored(riverside, pk=patient.pk).full_name) == (409, "Free Name")


def test_archived_patient_leaves_the_list_and_comes_back(client, riverside):
    patient = existing(riverside, full_name="Away Soon", family_name="")
    seen = []
    for step in ("archive", "restore"):
        client.post(f"/patients/{patient.pk}/{step}/")
        seen.append("Away Soon" in client.get("/patients/").content.decode())
    assert seen == [False, True]


def test_archived_filter_shows_archived_only(client, riverside):
    patient = existing(riverside, full_name="Away Soon", family_name="")
    existing(riverside, full_name="Here Still", family_name="")
    client.post(f"/patients/{patient.pk}/archive/")
    page = client.get("/patients/?archived=only").content.decode()
    assert ("Away Soon" in page, "Here Still" in page) == (True, False)


def test_get_never_writes(client, riverside):
    patient = existing(riverside)
    for path in ("archive", "restore"):
        assert client.get(f"/patients/{patient.pk}/{path}/")["Location"] == f"/patients/{patient.pk}/"
    with clinic_scope(riverside.clinic):
        assert not AuditEvent.objects.filter(record_id=patient.pk).exists()


def test_front_desk_may_edit_and_auditor_may_not(riverside, sign_in, typed):
    statuses = [
        sign_in(user).post("/patients/new/", typed).status_code for user in (riverside.auditor, riverside.front_desk)
    ]
    assert statuses == [403, 302]


@pytest.mark.parametrize(
    ("text", "estimated", "said"),
    [
        ("12/3/1961", "", "12 March 1961, "),
        ("1961", "", "1961, about "),
        ("12/3/1961", "on", "about 12 March 1961, "),
    ],
)
def test_date_of_birth_is_echoed(client, text, estimated, said):
    response = client.post("/patients/birth-date/", {"date_of_birth": text, "date_is_estimated": estimated})
    assert response.content.decode().startswith(said)


def test_detail_title_names_the_patient(client, riverside):
    patient = existing(riverside, full_name="Ana García", family_name="García", record_number="P-000009")
    title = re.search(r"<title>(.*?)</title>", client.get(f"/patients/{patient.pk}/").content.decode(), re.S)
    text = " ".join(title[1].split())
    assert ("García, Ana" in text, "P-000009" in text) == (True, True)


def recent(client) -> list[str]:
    page = client.get("/patients/recent/", headers={"HX-Request": "true", "HX-Target": "recent"})
    assert page.status_code == 200
    return re.findall(r'href="/patients/([0-9a-f-]{36})/"', page.content.decode())


def test_patients_opened_last_come_newest_first_and_each_once(client, riverside):
    one, two, three = (str(existing(riverside).pk) for _ in range(3))
    for key in (one, two, three, one, two):
        client.get(f"/patients/{key}/")
    assert recent(client) == [two, one, three]


def test_assessments_that_were_opened_since_take_no_place_of_a_patient(client, riverside):
    patient = existing(riverside)
    client.get(f"/patients/{patient.pk}/")
    with clinic_scope(riverside.clinic):
        keys = [make_assessment(patient).pk for _ in range(9)]
    assert [client.get(f"/assessments/{key}/").status_code for key in keys] == [200] * 9
    assert recent(client) == [str(patient.pk)]


def test_malformed_id_is_404(client):
    assert client.get("/patients/not-a-uuid/").status_code == 404


def test_saved_change_can_be_undone_from_the_next_page(client, riverside):
    patient = existing(riverside, full_name="First Version", date_of_birth=date(1961, 3, 12))
    changed = edited(patient, full_name="Second Version", date_of_birth="1980", gender="other")
    page = client.post(f"/patients/{patient.pk}/edit/", changed, follow=True).content.decode()
    assert "Undo" in page
    client.post(f"/patients/{patient.pk}/undo/", {"version": "2"})
    restored = stored(riverside)
    assert (restored.full_name, restored.date_of_birth, restored.gender, restored.version) == (
        "First Version",
        date(1961, 3, 12),
        "female",
        3,
    )


@pytest.mark.parametrize("version", ["1", "3", "", "x", "9" * 5000])
def test_undo_of_another_version_is_refused(client, riverside, version):
    patient = existing(riverside, full_name="First Version")
    client.post(f"/patients/{patient.pk}/edit/", edited(patient, full_name="Second Version"))
    assert client.post(f"/patients/{patient.pk}/undo/", {"version": version}).status_code == 409
    assert stored(riverside).full_name == "Second Version"
