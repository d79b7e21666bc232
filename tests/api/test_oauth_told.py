"""What the token endpoints answer is what the document says of them."""

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from clinic.api.actions import create_api_client
from clinic.api.documentation.docs import document
from tests.api.conftest import basic
from tests.world import Writer

TOKEN, REVOKE, METADATA = "/o/token/", "/o/revoke_token/", "/.well-known/oauth-authorization-server"
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def let_in(riverside):
    client, secret = create_api_client(clinic=riverside.clinic, name="Told", by=Writer())
    return {"Authorization": basic(client.client_id, secret)}


def as_told(answer, path: str) -> int:
    """The status, where the document has it with the shape and the headers that came."""
    [operation] = document()["paths"][path].values()
    told = operation["responses"][str(answer.status_code)]
    for name in told.get("headers", {}):
        assert name in answer
    if "content" in told:
        schema = {**told["content"]["application/json"]["schema"], "components": document()["components"]}
        assert list(Draft202012Validator(schema).iter_errors(answer.json())) == []
    return answer.status_code


def test_tokens_and_refusals_are_as_documented(let_in):
    browser = Client()
    wrong = {"Authorization": basic("nobody", "x")}
    asked = [
        (TOKEN, GRANT, let_in, 200),
        (TOKEN, {**GRANT, "scope": "trail:read"}, let_in, 400),
        (TOKEN, {}, let_in, 400),
        (TOKEN, {"grant_type": "password"}, let_in, 400),
        (TOKEN, GRANT, wrong, 401),
        (REVOKE, {"token": "x"}, let_in, 200),
        (REVOKE, {}, let_in, 400),
        (REVOKE, {"token": "x"}, wrong, 401),
    ]
    found = [as_told(browser.post(path, form, headers=headers), path) for path, form, headers, _ in asked]
    assert found == [status for *_, status in asked]


def test_too_many_wrong_secrets_are_as_documented(db):
    wrong = {"Authorization": basic("nobody", "x")}
    statuses = [Client().post(TOKEN, GRANT, headers=wrong) for _ in range(200)]
    late = next(answer for answer in statuses if answer.status_code == 429)
    assert as_told(late, TOKEN) == 429


def test_metadata_are_as_documented(db):
    assert as_told(Client().get(METADATA), METADATA) == 200


def test_token_that_is_sent_along_changes_nothing(let_in, program, riverside):
    """Clients send it with whatever they ask."""
    along = program(riverside)
    answers = [as_told(along.get(METADATA), METADATA), as_told(along.post(REVOKE, {"token": "x"}), REVOKE)]
    assert [*answers, as_told(along.post(TOKEN, GRANT), TOKEN), along.get("/patients/").status_code] == [
        200,
        401,
        401,
        403,
    ]


def test_union_has_every_object_that_says_what_it_is(db):
    schemas = document()["components"]["schemas"]
    says = {name: schema.get("properties", {}).get("__typename", {}).get("const") for name, schema in schemas.items()}
    answered = {name for name, typename in says.items() if typename == name}
    assert {"Patient", "Alert", "Request", "Error", "Warning"} <= answered
    assert set(schemas["Anything"]["discriminator"]["mapping"]) == answered - {"Error"}
