"""What a program is told before it asks too often, and where it finds out how tokens are asked for."""

import re

from django.test import Client

from clinic.access import SCOPE_PERMISSIONS
from tests.api.test_schema import PATIENTS

LEFT = re.compile(r'"api";r=(\d+);t=(\d+)')


def test_program_is_told_what_is_left(program, riverside, settings):
    client, settings.API_REQUESTS_PER_MINUTE = program(riverside), 3
    answers = [client.get(PATIENTS) for _ in range(4)]
    left = [int(LEFT.fullmatch(each["RateLimit"])[1]) for each in answers]
    assert ([each.status_code for each in answers], left) == ([200, 200, 429, 429], [1, 0, 0, 0])  # a token is one
    assert {each["RateLimit-Policy"] for each in answers} == {'"api";q=3;w=60'}
    assert LEFT.fullmatch(answers[-1]["RateLimit"])[2] == answers[-1]["Retry-After"]


def test_session_has_no_limit_of_programs(person):
    assert "RateLimit" not in person.get(PATIENTS)


def test_metadata_says_where_and_how_tokens_are_asked_for(db):
    answer = Client().get("/.well-known/oauth-authorization-server")
    found = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert (found["issuer"], found["token_endpoint"]) == ("http://testserver", "http://testserver/o/token/")
    assert (found["grant_types_supported"], found["response_types_supported"]) == (["client_credentials"], [])
    assert found["scopes_supported"] == list(SCOPE_PERMISSIONS)
    assert Client().post(found["revocation_endpoint"]).status_code == 400  # as it has no token


def test_metadata_is_only_read(db):
    assert Client().post("/.well-known/oauth-authorization-server").status_code == 405
