"""A session on a shared device: one form, the way back, and nothing else."""

import re
from datetime import date
from uuid import UUID, uuid4

import pytest

from clinic.accounts.middleware import PUBLIC_MODULES
from clinic.assessments.models import Alert, Assessment
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import ALL, SECRET
from tests.test_url_walk import address, views
from tests.world import PASSWORD, make_patient

# The form, its answers and the way back; and for how long the session is open, of whom only the id is said.
OPEN_ON_SHARED_DEVICE = {"handover/", "handover/answers/", "handover/leave/", "accounts/session/"}


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name=SECRET, family_name="Secretname", gender="female", date_of_birth=date(1980, 1, 1))


@pytest.fixture
def key() -> UUID:
    return uuid4()


@pytest.fixture
def tablet(riverside, sign_in, patient, key):
    """A practitioner's session, shared from the answering screen."""
    client = sign_in(riverside.clinician)
    client.get("/patients/")
    form = {"id": key, "patient": patient.pk, "instrument": "phq-9", "date": "1 March 2026", "do": "share"}
    answer = client.post(f"/assessments/new/?patient={patient.pk}&instrument=phq-9", form)
    assert (answer.status_code, answer["Location"]) == (302, "/handover/")
    return client


@pytest.fixture
def assessment(riverside, key):
    def read() -> Assessment:
        with clinic_scope(riverside.clinic):
            return Assessment.objects.get(pk=key)

    return read


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_every_other_address_is_locked(tablet, patient, method):
    locked = [
        route
        for route, view in views()
        if route not in OPEN_ON_SHARED_DEVICE and view.__module__ != "django.views.static"
    ]
    assert {"patients/", "api/v1/patients/", "settings/"} <= set(locked)
    for route in locked:
        answer = getattr(tablet, method)(address(route, patient.pk))
        assert (answer.status_code, SECRET in answer.content.decode()) == (403, False), (method, route)


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Accept": "application/json"}, {"Authorization": "x y"}])
@pytest.mark.parametrize("path", ["/patients/", "/api/v1/patients/", "/nothing/", "/patients", "//patients/", "/"])
def test_no_way_of_asking_unlocks(tablet, headers, path):
    answer = tablet.get(path, headers=headers)
    assert (answer.status_code, SECRET in answer.content.decode()) == (403, False)


def test_program_is_told_by_the_envelope(tablet):
    answer = tablet.get("/api/v1/patients/")
    assert (answer.json()["error"]["code"], tablet.get("/patients/", headers={"HX-Request": "true"})["HX-Refresh"]) == (
        "handed_over",
        "true",
    )


def test_form_names_nobody_and_tells_no_score(tablet, assessment):
    tablet.post("/handover/answers/", {**{f"answer-{n}": "3" for n in range(1, 10)}, "version": 1})
    answer = tablet.get("/handover/")
    text = answer.content.decode()
    assert (answer.status_code, 'name="answer-9"' in text) == (200, True)
    for word in ("Secretname", "Clara", "Severe", "Total", "/patients/", "Alert"):
        assert word not in text
    assert re.search(r"(?<![\w-])27(?![\w-])", text) is None  # digits inside tokens and keys are no total
    assert assessment().score == 27


def test_patient_answers_and_is_thanked(tablet, assessment, riverside, key):
    assert tablet.post("/handover/answers/", {"answer-1": "2", "version": 1}).status_code == 200
    answer = tablet.post("/handover/", {**ALL, "answer-9": "1", "version": 2, "do": "complete"})
    assert answer["Location"] == "/handover/"
    text = tablet.get("/handover/").content.decode()
    assert ("Give this device back" in text, "emergency number" in text) == (True, True)
    assert (assessment().status, assessment().score) == ("completed", 9)
    with clinic_scope(riverside.clinic):
        assert Alert.objects.get().raised_by_id == f"patient:{key}"
        writers = AuditEvent.objects.filter(action="assessment.completed").values_list("actor_name", flat=True)
        assert list(writers) == ["Patient"]
    assert tablet.get("/patients/").status_code == 403


def test_password_unlocks_and_both_ends_are_in_the_trail(tablet, key, riverside):
    answer = tablet.post("/handover/leave/", {"password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, f"/assessments/{key}/")
    assert tablet.get("/patients/").status_code == 200
    with clinic_scope(riverside.clinic):
        rows = AuditEvent.objects.filter(record_id=key, action__startswith="handover.").order_by("pk")
        assert list(rows.values_list("action", "actor_name")) == [
            ("handover.begun", "Clara Clinician"),
            ("handover.left", "Clara Clinician"),
        ]


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), f"{PASSWORD} ", "x" * 5000])
def test_other_password_does_not_unlock(tablet, password):
    answer = tablet.post("/handover/leave/", {"password": password})
    assert (answer.status_code, tablet.get("/patients/").status_code) == (422, 403)


def test_somebody_elses_password_does_not_unlock(tablet, riverside):
    answer = tablet.post("/handover/leave/", {"password": PASSWORD, "login": riverside.owner.email, "email": "x"})
    assert answer.status_code == 302, "the password is of who is signed in, whatever else is sent"


def test_password_is_tried_as_seldom_as_at_sign_in(tablet):
    given = [tablet.post("/handover/leave/", {"password": "wrong"}).status_code for _ in range(7)]
    assert given == [422] * 5 + [429] * 2
    assert tablet.post("/handover/leave/", {"password": PASSWORD}).status_code == 429
    assert tablet.get("/patients/").status_code == 403


def test_assessment_that_another_device_writes_is_not_written_over(tablet, riverside, sign_in, key, assessment):
    other = sign_in(riverside.owner)
    other.post(f"/assessments/{key}/answers/", {"answer-1": "3", "date": "1 March 2026", "version": 1})
    answer = tablet.post("/handover/answers/", {"answer-1": "0", "version": 1})
    assert (answer.status_code, assessment().answers) == (409, {"1": 3})


def test_session_that_is_not_shared_has_no_such_form(riverside, sign_in):
    client = sign_in(riverside.clinician)
    assert client.get("/handover/").status_code == 404
    assert client.get("/handover/leave/")["Location"] == "/"


def test_completed_assessment_is_not_shared(riverside, sign_in, patient, key):
    client = sign_in(riverside.clinician)
    form = {"id": key, "patient": patient.pk, "instrument": "phq-9", "date": "1 March 2026"}
    client.post(f"/assessments/new/?patient={patient.pk}&instrument=phq-9", {**form, **ALL, "do": "complete"})
    client.post(f"/assessments/{key}/answer/", {**form, "do": "share"})
    assert client.get("/patients/").status_code == 200


def test_only_four_views_are_open_on_a_shared_device():
    marked = {route for route, view in views() if getattr(view, "on_shared_device", False)}
    assert (marked, [name for name in PUBLIC_MODULES if "handover" in name]) == (OPEN_ON_SHARED_DEVICE, [])


@pytest.mark.parametrize("address", ["/handover/", "/handover/answers/"])
def test_form_that_was_on_the_device_before_changes_nothing(tablet, riverside, assessment, address):
    """A tab that was left open shows the questions of the patient who had the device before."""
    before = re.search(r'name="assessment" value="([0-9a-f-]{36})"', tablet.get("/handover/").content.decode())[1]
    tablet.post("/handover/leave/", {"password": PASSWORD})
    with clinic_scope(riverside.clinic):
        other = make_patient(full_name="Olga Other", gender="female", date_of_birth=date(1980, 1, 1))
    form = {"id": uuid4(), "patient": other.pk, "instrument": "phq-9", "date": "1 March 2026", "do": "share"}
    assert tablet.post(f"/assessments/new/?patient={other.pk}&instrument=phq-9", form)["Location"] == "/handover/"
    answer = tablet.post(address, {**ALL, "assessment": before, "version": 1, "do": "complete"})
    assert (answer.status_code, "Nothing was saved" in answer.content.decode()) == (409, True)
    with clinic_scope(riverside.clinic):
        kept = Assessment.objects.filter(patient=other).values_list("answers", "status")
        assert [*kept, (assessment().answers, assessment().status)] == [({}, "planned")] * 2
