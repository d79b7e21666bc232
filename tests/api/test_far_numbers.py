"""Answers of any exponent: refused by name, and never stored as another number."""

import json

import pytest

from clinic.assessments.models import Assessment
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import SITTINGS, send

FAR = ["1e9999999", "-1e9999999", "1E-9999999", "9.99E-9999999", "1e999999", "1e-999999"]
TOO_LARGE = "The answer to item 1 must be a number between -100,000 and 100,000, or null."
TOO_FINE = "The answer to item 1 must be a number of at most two decimal places, or null."


def refused(text):
    return {"answers": [TOO_FINE if "-" in text[1:] else TOO_LARGE]}


def answering(body, text):
    """The body with that number as the answer to item 1, as it is written."""
    return json.dumps(body({"1": "NUMBER"})).replace('"NUMBER"', text)


@pytest.mark.parametrize("text", FAR)
def test_answer_of_a_far_exponent_is_refused_by_name(client, body, riverside, text):
    response = send(client, "post", SITTINGS, answering(body, text))
    assert (response.status_code, response.json()["error"]["fields"]) == (400, refused(text))
    with clinic_scope(riverside.clinic):
        assert Assessment.objects.count() == 0


@pytest.mark.parametrize("text", FAR)
def test_change_to_an_answer_of_a_far_exponent_is_refused_and_the_answer_stays(client, sitting, text):
    made = sitting({"1": 2})
    change = f'{{"version": {made["version"]}, "answers": {{"1": {text}}}}}'
    response = send(client, "patch", f"{SITTINGS}{made['id']}/", change)
    assert (response.status_code, response.json()["error"]["fields"]) == (400, refused(text))
    assert client.get(f"{SITTINGS}{made['id']}/").json()["results"]["answers"] == {"1": 2}
