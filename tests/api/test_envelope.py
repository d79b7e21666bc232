"""The one shape of every answer, to the letter."""

import pytest

from tests.api.conftest import send

PATIENTS = "/api/v1/patients/"


def test_envelope_of_a_list(client, patient):
    response = client.get(PATIENTS, {"search": "ana", "page_size": "5"})
    assert response.json() == {
        "meta": {
            "success": True,
            "message": "",
            "request": {"method": "GET", "path": PATIENTS, "params": {"search": "ana", "page_size": "5"}},
            "pagination": {"count": 1, "next": None, "previous": None},
        },
        "results": [client.get(f"{PATIENTS}{patient.pk}/").json()["results"]],
    }


def test_envelope_of_one(client, patient):
    answer = client.get(f"{PATIENTS}{patient.pk}/").json()
    assert answer["meta"] == {
        "success": True,
        "message": "",
        "request": {"method": "GET", "path": f"{PATIENTS}{patient.pk}/", "params": {}},
    }
    assert answer["results"]["__typename"] == "Patient"
    assert list(answer) == ["meta", "results"]


def test_envelope_of_an_error(client):
    response = send(client, "post", PATIENTS, {"full_name": "Ana", "gender": "x", "date_of_birth": "1961-03-12"})
    answer = response.json()
    answer["error"]["fields"].pop("user", None)  # which a program has to give
    answer["error"].pop("codes", None)
    assert answer == {
        "meta": {
            "success": False,
            "message": "What was sent cannot be accepted. Nothing was saved.",
            "request": {"method": "POST", "path": PATIENTS, "params": {}},
        },
        "results": None,
        "error": {
            "__typename": "Error",
            "code": "invalid",
            "fields": {"gender": ['"x" is not a valid choice.']},
        },
    }


def test_text_is_sent_as_it_is_and_not_escaped(client, patient):
    assert "Ana García López".encode() in client.get(PATIENTS).content


def test_address_of_nothing_is_answered_in_the_envelope(client):
    answer = client.get("/api/v1/nothing/").json()
    assert (answer["meta"]["success"], answer["error"]["code"]) == (False, "not_found")


def test_head_answers_without_a_body(client, patient):
    response = client.head(f"{PATIENTS}{patient.pk}/")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("name", ["access_token", "Token", "client_secret", "api_key"])
def test_secret_in_the_address_is_not_echoed(person, name):
    answer = person.get(f"/api/v1/patients/?{name}=very-secret")
    assert (answer.status_code, b"very-secret" in answer.content) == (400, False)
    assert answer.json()["meta"]["request"]["params"] == {name: "…"}
