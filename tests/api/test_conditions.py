"""Changing what was read, and nothing else: ETag, If-Match, If-None-Match, and what cannot be written."""

import pytest
from django.test import Client

from clinic.assessments.record.actions import update_assessment
from clinic.patients.actions import update_patient
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.conftest import signed_in
from tests.side_by_side import holds_lock, overlap
from tests.world import Writer, make_patient

PATIENTS, ASSESSMENTS = "/api/v1/patients/", "/api/v1/assessments/"


@pytest.fixture(params=["patient", "assessment"])
def record(request, patient, assessment):
    """The address of a record, and what changes it."""
    if request.param == "patient":
        return f"{PATIENTS}{patient.pk}/", {"address": "Elsewhere"}
    return f"{ASSESSMENTS}{assessment.pk}/", {"name": "Elsewhere"}


def moved(riverside, path):
    """Somebody else changes the record."""
    change, id = (update_patient, "address") if "patients" in path else (update_assessment, "name"), path.split("/")[-2]
    with clinic_scope(riverside.clinic):
        change[0](by=Writer(), id=id, version=None, **{change[1]: "Moved"})


def outcome(answer):
    return answer.status_code, (answer.json() or {}).get("error", {}).get("code") if answer.content else None


def test_tag_of_what_was_read_lets_its_change_in(client, record):
    path, body = record
    changed = send(client, "patch", path, body, **{"If-Match": client.get(path)["ETag"]})
    assert (changed.status_code, changed["ETag"], changed.json()["results"]["version"]) == (
        200,
        client.get(path)["ETag"],
        2,
    )


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_tag_of_before_somebody_elses_change_is_refused(client, riverside, record, method):
    path, body = record
    tag = client.get(path)["ETag"]
    moved(riverside, path)
    refused = send(client, method, path, body, **{"If-Match": tag})
    assert outcome(refused) == (412, "precondition_failed")
    assert (refused.json()["error"]["current"]["version"], client.get(path).status_code) == (2, 200)


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        *(('"bogus"', 412), ('"99"', 412), ("7", 412), ('"0"', 412)),
        *(('"1"', 200), ('W/"1.x"', 200), ('"9", "1.a"', 200), ("*", 200)),
    ],
)
def test_tags_that_are_sent_are_compared(client, record, tag, status):
    path, body = record
    assert send(client, "patch", path, body, **{"If-Match": tag}).status_code == status


@pytest.mark.parametrize(
    ("tag", "status"), [("*", 412), ('"1"', 412), ('W/"1.x"', 412), ('"9", "1.a"', 412), ('"9"', 200), ("x", 200)]
)
def test_change_of_what_must_not_be_there_is_refused(client, record, tag, status):
    path, body = record
    assert send(client, "patch", path, body, **{"If-None-Match": tag}).status_code == status


def test_moments_are_no_condition(client, record):
    path, body = record
    headers = {"If-Unmodified-Since": "Sun, 01 Mar 2015 00:00:00 GMT"}
    assert send(client, "patch", path, body, **headers).json()["error"]["fields"].keys() == {"If-Unmodified-Since"}


def test_who_has_a_record_is_sent_none(client, riverside, record):
    path, _ = record
    tag = client.get(path)["ETag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    moved(riverside, path)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


@holds_lock("api.views.refuse_stale")
def test_tag_is_compared_with_what_somebody_else_is_saving(lakeside):
    with clinic_scope(lakeside.clinic):
        patient = make_patient()
    client, path = signed_in(Client(), lakeside.owner), f"{PATIENTS}{patient.pk}/"
    both = overlap(
        lambda: clinic_scope(lakeside.clinic),
        lambda: update_patient(by=Writer(), id=patient.pk, version=None, address="Moved"),
        lambda: send(client, "patch", path, {"address": "Mine"}, **{"If-Match": '"1"'}).status_code,
        alone=True,
    )
    assert (both.second, both.waited) == (412, True)


@pytest.mark.parametrize("field", ["created_at", "archived_at"])
def test_what_cannot_be_written_is_refused_with_another_value(client, record, field):
    path, body = record
    answer = send(client, "patch", path, {**body, field: "2001-01-01T00:00:00Z"})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])
    assert client.get(path).json()["results"]["version"] == 1


def test_status_and_band_are_not_written(client, assessment):
    answer = send(client, "patch", f"{ASSESSMENTS}{assessment.pk}/", {"status": "cancelled", "band": "Severe"})
    assert (answer.status_code, sorted(answer.json()["error"]["fields"])) == (400, ["band", "status"])


def test_version_of_an_instrument_is_not_chosen(client, body):
    answer = send(client, "post", ASSESSMENTS, body(instrument_version="99"))
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["instrument_version"])
    assert client.get(ASSESSMENTS).json()["results"] == []
    newest = client.get("/api/v1/instruments/phq-9/").json()["results"]["version"]
    assert send(client, "post", ASSESSMENTS, body(instrument_version=newest)).status_code == 201


def test_record_is_sent_back_as_it_was_read(client, record):
    path, _ = record
    answer = send(client, "put", path, client.get(path).json()["results"])
    assert (answer.status_code, answer.json()["results"]["version"]) == (200, 1)
