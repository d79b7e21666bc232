"""What is done to a record and is no change of its fields: putting back, cancelling; how it was before; who asks."""

import re
from uuid import uuid4

import pytest

from clinic.access import Role
from tests.api.conftest import ANSWERS, SITTINGS, send
from tests.api.test_headers_told import undescribed
from tests.api.test_schema import errors

PATIENTS, ME, INSTRUMENTS = "/api/v1/patients/", "/api/v1/me/", "/api/v1/instruments/"


def test_archived_records_are_put_back(client, patient, assessment):
    for path, record, name in ((PATIENTS, patient, "Patient"), (SITTINGS, assessment, "Assessment")):
        one = f"{path}{record.pk}/"
        assert client.delete(one).status_code == 204
        back = [send(client, "post", f"{one}restore/", None) for _ in range(2)]
        assert [(each.status_code, errors(f"{name}Answer", each.json())) for each in back] == [(200, [])] * 2
        assert (client.get(one).status_code, back[1]["ETag"]) == (200, client.get(one)["ETag"])


def test_records_are_put_back_and_cancelled_as_they_were_read(client, patient, sitting):
    draft = sitting()
    for one, deed, body in (
        (f"{PATIENTS}{patient.pk}/", "restore", None),
        (f"{SITTINGS}{draft['id']}/", "restore", None),
        (f"{SITTINGS}{draft['id']}/", "cancel", {"reason": "Left early", "version": draft["version"]}),
    ):
        tag = client.get(one)["ETag"]
        stale = send(client, "post", f"{one}{deed}/", body, **{"If-Match": '"99.x"'})
        assert (stale.status_code, stale.json()["error"]["code"]) == (412, "precondition_failed")
        assert undescribed(stale, re.sub(r"[0-9a-f-]{36}", "{id}", f"{one}{deed}/")) == set()
        assert stale.json()["error"]["current"]["version"] == client.get(one).json()["results"]["version"]
        assert send(client, "post", f"{one}{deed}/", body, **{"If-Match": tag}).status_code == 200


def test_completed_assessment_is_not_said_to_be_open(client, sitting):
    one = f"{SITTINGS}{sitting(complete=True)['id']}/"
    refused = send(client, "patch", one, {"complete": False})
    assert (refused.status_code, refused.json()["error"]["codes"]) == (400, {"complete": ["together"]})
    assert send(client, "patch", one, {"complete": True}).status_code == 200
    draft = f"{SITTINGS}{sitting()['id']}/"
    assert send(client, "patch", draft, {"complete": False}).json()["results"]["status"] == "in_progress"


def test_draft_is_cancelled_with_a_reason(client, sitting):
    draft = sitting()
    address, body = f"{SITTINGS}{draft['id']}/cancel/", {"reason": "Left early", "version": draft["version"]}
    wrong = {"reason": (400, "invalid"), "version": (400, "invalid")}
    for name, expected in wrong.items():
        answer = send(client, "post", address, {key: value for key, value in body.items() if key != name})
        assert (answer.status_code, answer.json()["error"]["code"]) == expected
    stale = send(client, "post", address, {**body, "version": 99})
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "conflict")
    key = {"Idempotency-Key": "cancel once"}
    done = [send(client, "post", address, body, **key) for _ in range(2)]
    assert [(each.status_code, each.json()["results"]["status"]) for each in done] == [(200, "cancelled")] * 2
    assert errors("AssessmentAnswer", done[0].json()) == []


def test_completed_assessment_is_not_cancelled(client, sitting):
    made = sitting(complete=True)
    body = {"reason": "No", "version": made["version"]}
    answer = send(client, "post", f"{SITTINGS}{made['id']}/cancel/", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_open")


def test_amended_assessment_shows_how_it_was(client, sitting):
    made = sitting(complete=True)
    one, history = f"{SITTINGS}{made['id']}/", f"{SITTINGS}{made['id']}/history/"
    assert client.get(history).json()["results"] == []
    assert send(client, "patch", one, {"answers": {"1": 0}, "reason": "Misread"}).status_code == 200
    found = client.get(history).json()
    assert errors("RevisionList", found) == []
    [before] = found["results"]
    assert (before["reason"], before["before"]["answers"]["1"]) == ("Misread", ANSWERS["1"])
    assert isinstance(made["score"], int)
    assert repr(before["before"]["score"]) == repr(made["score"])
    assert client.get(f"{SITTINGS}{uuid4()}/history/").status_code == 404
    assert client.get(f"{history}?search=x").status_code == 400


def test_every_version_of_an_instrument_can_be_read(client, sitting):
    made = sitting()
    now = client.get(f"{INSTRUMENTS}phq-9/").json()["results"]
    found = client.get(f"{INSTRUMENTS}phq-9/{made['instrument_version']}/").json()
    assert (errors("InstrumentAnswer", found), found["results"]) == ([], now)
    earlier = client.get(f"{INSTRUMENTS}phq-9/1/").json()["results"]
    assert (earlier["id"], earlier["version"], now["version"] == "1") == ("phq-9", "1", False)
    assert [client.get(f"{INSTRUMENTS}{path}/").status_code for path in ("phq-9/99", "nothing/1")] == [404, 404]


@pytest.mark.parametrize("write", [False, True])
def test_program_is_told_what_it_is(program, riverside, write):
    found = program(riverside, write=write).get(ME).json()
    me = found["results"]
    assert (errors("MeAnswer", found), me["kind"], me["clinic_name"]) == ([], "program", "Riverside")
    assert (me["scopes"], "patients.edit" in me["permissions"]) == (["read", "write"] if write else ["read"], write)
    assert (me["id"].partition(":")[0], me["clinic"]) == ("client", str(riverside.clinic.pk))


@pytest.mark.parametrize("role", Role)
def test_person_is_told_who_they_are(sign_in, riverside, role):
    found = sign_in(riverside.users[role]).get(ME).json()
    me = found["results"]
    assert (errors("MeAnswer", found), me["kind"], me["role"], me["scopes"]) == ([], "person", role.value, [])
    assert sign_in(riverside.users[role]).get(f"{ME}?who=1").status_code == 400
