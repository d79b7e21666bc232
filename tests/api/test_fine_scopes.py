"""Programs that may do less than read everything."""

import pytest
from django.test import Client

from clinic.api.actions import create_api_client
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import ANSWERS, SITTINGS, basic, send
from tests.world import Writer

PATHS = {
    "index": "/api/v1/", "me": "/api/v1/me/", "patients": "/api/v1/patients/", "assessments": SITTINGS,
    "alerts": "/api/v1/alerts/", "schedules": "/api/v1/schedules/", "changes": "/api/v1/changes/",
    "instruments": "/api/v1/instruments/", "webhooks": "/api/v1/webhooks/",
}  # fmt: skip
OPEN = {
    "patients:read": "index me patients changes",
    "patients:write": "index me patients changes",
    "scores:read": "index me patients assessments schedules changes instruments",
    "alerts:read": "index me alerts",
    "webhooks": "index me webhooks",
}


@pytest.fixture
def narrow(db, riverside):
    """A function that gives a client of a program with these scopes."""

    def made(*scopes: str) -> Client:
        client, secret = create_api_client(clinic=riverside.clinic, name=f"Narrow {scopes}", scopes=scopes, by=Writer())
        header = basic(client.client_id, secret)
        form = {"grant_type": "client_credentials"}
        answer = Client().post("/o/token/", form, headers={"Authorization": header}).json()
        assert answer["scope"] == " ".join(scopes)
        return Client(headers={"Authorization": f"Bearer {answer['access_token']}"})

    return made


@pytest.mark.parametrize("scope", OPEN)
def test_scope_opens_what_it_says_and_nothing_else(narrow, scope):
    client = narrow(scope)
    found = {name: client.get(path).status_code for name, path in PATHS.items()}
    assert found == {name: 200 if name in OPEN[scope].split() else 403 for name in PATHS}
    assert client.get(PATHS["me"]).json()["results"]["scopes"] == [scope]


@pytest.mark.parametrize(("scope", "status"), [("patients:read", 403), ("patients:write", 201), ("alerts:read", 403)])
def test_patients_are_registered_by_whom_the_scope_lets(narrow, patient_body, scope, status):
    assert send(narrow(scope), "post", PATHS["patients"], patient_body()).status_code == status


def test_patients_without_assessments_come_without_results(narrow, person, body):
    assert send(person, "post", SITTINGS, body(complete=True)).status_code == 201
    client = narrow("patients:read")
    assert [row["latest_results"] for row in client.get(PATHS["patients"]).json()["results"]] == [None]
    assert client.get(f"{PATHS['patients']}?severity=2").status_code == 400


def test_scores_come_without_answers_and_alerts(narrow, person, body):
    made = send(person, "post", SITTINGS, body({**ANSWERS, "9": 1}, complete=True)).json()["results"]
    client = narrow("scores:read")
    one, [row] = client.get(f"{SITTINGS}{made['id']}/"), client.get(SITTINGS).json()["results"]
    found = one.json()["results"]
    assert (found["score"], found["answers"], found["questions"], found["alerts"]) == (made["score"], None, None, None)
    assert (row, client.get(f"{SITTINGS}{made['id']}/history/").status_code) == (found, 403)


def test_who_reads_alerts_alone_looks_for_no_names(narrow):
    client = narrow("alerts:read")
    assert client.get(f"{PATHS['alerts']}?search=garcia").status_code == 400
    assert narrow("alerts:read", "patients:read").get(f"{PATHS['alerts']}?search=garcia").status_code == 200


def test_scope_that_a_program_was_not_given_is_refused(riverside, db):
    client, secret = create_api_client(
        clinic=riverside.clinic, name="Only alerts", scopes=("alerts:read",), by=Writer()
    )
    form = {"grant_type": "client_credentials", "scope": "read"}
    answer = Client().post("/o/token/", form, headers={"Authorization": basic(client.client_id, secret)})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    with clinic_scope(riverside.clinic):
        assert client.allowed_scopes == ["alerts:read"]
