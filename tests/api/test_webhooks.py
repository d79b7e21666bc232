"""Webhooks by programs: looked after by the scope for it, with a secret that is told once."""

from uuid import uuid4

import pytest

from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from clinic.webhooks.actions import MOST, create_webhook
from clinic.webhooks.models import Delivery, DeliveryState, Webhook
from tests.api.conftest import send
from tests.api.test_fine_scopes import narrow  # noqa: F401  # a fixture
from tests.api.test_schema import errors
from tests.posted_webhooks import FORM, webhooks
from tests.world import Writer

WEBHOOKS = "/api/v1/webhooks/"


@pytest.fixture
def keeper(narrow):  # noqa: F811  # the fixture
    """A program that looks after webhooks."""
    return narrow("webhooks")


@pytest.fixture
def made(keeper):
    answer = send(keeper, "post", WEBHOOKS, FORM)
    assert answer.status_code == 201, answer.content
    return answer.json()["results"]


def test_secret_is_in_the_answer_that_made_it_and_in_no_other(keeper, made):
    read = keeper.get(f"{WEBHOOKS}{made['id']}/").json()
    assert made["secret"].startswith("whsec_")
    assert (read["results"]["secret"], errors("WebhookAnswer", read)) == (None, [])
    assert read["results"] == {**made, "secret": None}
    listed = keeper.get(WEBHOOKS).json()
    assert ([each["secret"] for each in listed["results"]], errors("WebhookList", listed)) == ([None], [])


def test_webhook_that_is_sent_again_is_made_once(keeper):
    body = {**FORM, "id": str(uuid4())}
    answers = [send(keeper, "post", WEBHOOKS, body, **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    first, second = (each.json()["results"] for each in answers)
    assert (first["secret"] is not None, second) == (True, {**first, "secret": None})
    assert send(keeper, "post", WEBHOOKS, body).json()["error"]["code"] == "id_taken"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "http://receiver.example.org/"),
        ("url", "https://127.0.0.1/"),
        ("url", "https://name:word@example.org/"),
        ("url", "https://example.org/" + "a" * 1000),
        ("url", "https://example.org:99999/"),
        ("url", "https://\u0000/"),
        ("url", 7),
        ("url", None),
        ("events", []),
        ("events", ["patient.seen"]),
        ("events", "alert.raised"),
        ("name", ""),
        ("active", "perhaps"),
        ("id", "one"),
    ],
)
def test_what_cannot_be_is_refused_by_field(keeper, field, value):
    answer = send(keeper, "post", WEBHOOKS, {**FORM, field: value})
    assert (answer.status_code, next(iter(answer.json()["error"]["fields"])).split(".")[0]) == (400, field)


def test_change_goes_by_the_version_and_switches_off_and_on(keeper, made):
    one = f"{WEBHOOKS}{made['id']}/"
    off = send(keeper, "patch", one, {"active": False, "version": made["version"]}).json()["results"]
    assert (off["active"], off["off_reason"]) == (False, "person")
    stale = send(keeper, "patch", one, {"name": "Other"}, **{"If-Match": f'"{made["version"]}"'})
    assert (stale.status_code, stale.json()["error"]["current"]["version"]) == (412, off["version"])
    assert errors("Failure", stale.json()) == []
    on = send(keeper, "patch", one, {"active": True, "name": "Other"}).json()["results"]
    assert (on["active"], on["off_reason"], on["name"]) == (True, None, "Other")


def test_whole_webhook_is_put_back_as_it_was_read(keeper, made):
    one = f"{WEBHOOKS}{made['id']}/"
    read = keeper.get(one).json()["results"]
    answer = send(keeper, "put", one, read)
    assert (answer.status_code, answer.json()["results"]) == (200, read)


def test_rotation_makes_another_secret_once(keeper, made):
    one = f"{WEBHOOKS}{made['id']}/"
    rotated = send(keeper, "post", f"{one}rotate/", {}).json()["results"]
    assert (rotated["secret"] not in (None, made["secret"]), rotated["earlier_until"] is not None) == (True, True)
    assert keeper.get(one).json()["results"]["secret"] is None
    ended = send(keeper, "post", f"{one}rotate/", {"end_earlier": True}).json()["results"]
    assert ended["earlier_until"] is None


def test_deleted_webhook_is_gone_with_what_was_sent(keeper, riverside):
    with clinic_scope(riverside.clinic):
        pk = webhooks()["webhook"].pk
    assert (keeper.delete(f"{WEBHOOKS}{pk}/").status_code, keeper.get(f"{WEBHOOKS}{pk}/").status_code) == (204, 404)
    with clinic_scope(riverside.clinic):
        assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)


def test_deliveries_are_listed_by_state_and_sent_again(keeper, riverside):
    with clinic_scope(riverside.clinic):
        at = webhooks()
    listed = f"{WEBHOOKS}{at['webhook'].pk}/deliveries/"
    found = keeper.get(listed).json()
    assert ([each["state"] for each in found["results"]], errors("DeliveryList", found)) == (["delivered"], [])
    assert keeper.get(f"{listed}?state=waiting").json()["results"] == []
    assert [keeper.get(f"{listed}?{query}").status_code for query in ("state=lost", "status=waiting")] == [400, 400]
    again = f"{listed}{at['delivery'].pk}/redeliver/"
    first, second = (send(keeper, "post", again, {}) for _ in range(2))
    assert (first.json()["results"]["state"], second.status_code) == ("waiting", 409)


def test_webhook_that_is_off_sends_nothing_again(keeper, riverside):
    with clinic_scope(riverside.clinic):
        at = webhooks()
    one = f"{WEBHOOKS}{at['webhook'].pk}/"
    send(keeper, "patch", one, {"active": False})
    answer = send(keeper, "post", f"{one}deliveries/{at['delivery'].pk}/redeliver/", {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_open")


def test_delivery_of_another_webhook_is_not_found(keeper, riverside):
    with clinic_scope(riverside.clinic):
        one, other = webhooks(), webhooks()
    again = f"{WEBHOOKS}{one['webhook'].pk}/deliveries/{other['delivery'].pk}/redeliver/"
    assert send(keeper, "post", again, {}).status_code == 404


def test_clinic_has_so_many_webhooks_at_most(keeper, riverside):
    with clinic_scope(riverside.clinic):
        for _ in range(MOST):
            create_webhook(by=Writer(), **FORM)
    answer = send(keeper, "post", WEBHOOKS, FORM)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


def test_trail_has_who_did_it_and_no_address(keeper, made, riverside):
    send(keeper, "patch", f"{WEBHOOKS}{made['id']}/", {"url": "https://other.example.org/secret-path"})
    with clinic_scope(riverside.clinic):
        found = list(AuditEvent.objects.filter(record_id=made["id"]).order_by("pk"))
    assert [each.action for each in found] == ["webhook.created", "webhook.changed"]
    assert {each.actor_id.partition(":")[0] for each in found} == {"client"}
    assert ("secret-path" in str([each.changes for each in found]), found[1].changes["host"][1]) == (
        False,
        "other.example.org",
    )


@pytest.mark.parametrize("state", DeliveryState.values)
def test_each_state_is_in_the_document(state):
    assert errors("DeliveryState", state) == []


@pytest.mark.parametrize("flag", [0, 1, "true", None])
def test_flags_are_true_or_false(keeper, made, flag):
    path = f"{WEBHOOKS}{made['id']}/"
    answers = [
        send(keeper, "post", f"{path}rotate/", {"end_earlier": flag}),
        send(keeper, "patch", path, {"active": flag}),
    ]
    found = [(answer.status_code, list(answer.json()["error"]["fields"])) for answer in answers]
    assert found == [(400, ["end_earlier"]), (400, ["active"])]
