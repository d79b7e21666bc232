"""The owners' pages: an address, a secret that is shown once, what was sent, and the button that sends it again."""

import re

import pytest

from clinic.tenancy.scope import clinic_scope
from clinic.webhooks import actions
from clinic.webhooks.models import Delivery, DeliveryState, Webhook
from tests.posted_webhooks import FORM, webhooks

LIST = "/clinic/webhooks/"


@pytest.fixture
def owner(riverside, sign_in):
    return sign_in(riverside.owner)


@pytest.fixture
def at(riverside):
    with clinic_scope(riverside.clinic):
        return webhooks()


def one(riverside, pk):
    with clinic_scope(riverside.clinic):
        return Webhook.objects.get(pk=pk)


def test_secret_is_shown_once(owner):
    page = owner.post(f"{LIST}new/", FORM, follow=True)
    shown = re.findall(r'value="(whsec_[^"]+)"', page.content.decode())
    again = owner.get(page.redirect_chain[-1][0]).content.decode()
    assert (len(shown), "whsec_" in again, "receiver.example.org" in again) == (1, False, True)


@pytest.mark.parametrize(
    "url", ["", "example.org", "http://example.org/", "https://10.0.0.1/", "https://a:b@example.org/", "https://[x/"]
)
def test_address_that_cannot_be_is_refused_with_everything_kept(owner, url):
    page = owner.post(f"{LIST}new/", {**FORM, "name": "Kept name", "url": url})
    text = page.content.decode()
    assert (page.status_code, "Kept name" in text, f'value="{url}"' in text or not url) == (422, True, True)
    assert re.search(r'value="alert.raised"[^>]*checked', text) or re.search(r'checked[^>]*value="alert.raised"', text)


def test_change_of_a_version_that_is_not_current_is_refused_with_the_input_kept(owner, riverside, at):
    webhook = at["webhook"]
    page = f"{LIST}{webhook.pk}/edit/"
    first = owner.post(page, {**FORM, "name": "First", "version": 1})
    second = owner.post(page, {**FORM, "name": "Second", "version": 1})
    assert (first.status_code, second.status_code) == (302, 409)
    assert ('value="Second"' in second.content.decode(), one(riverside, webhook.pk).name) == (True, "First")
    version = re.search(r'name="version"\s+value="(\d+)"', second.content.decode())[1]
    assert owner.post(page, {**FORM, "name": "Second", "version": version}).status_code == 302


def test_deliveries_say_what_became_of_them_and_are_narrowed(owner, at):
    page = f"{LIST}{at['webhook'].pk}/deliveries/"
    found = owner.get(page).content.decode()
    assert ("alert.raised" in found, "1 delivery" in found, "Send again" in found) == (True, True, True)
    assert "None is in this state." in owner.get(f"{page}?state=waiting").content.decode()
    wrong = ("state=lost", "page=x", "page=", "q=a")
    assert [owner.get(f"{page}?{query}").status_code for query in wrong] == [400] * 4
    assert owner.get(f"{page}?page=999").status_code == 200


def test_delivery_is_sent_again_by_its_button_once(owner, riverside, at):
    again = f"{LIST}{at['webhook'].pk}/deliveries/{at['delivery'].pk}/again/"
    assert [owner.post(again).status_code for _ in range(2)] == [302, 409]
    with clinic_scope(riverside.clinic):
        assert Delivery.objects.get(pk=at["delivery"].pk).state == DeliveryState.WAITING


def test_webhook_is_switched_off_and_on_and_its_earlier_secret_ended(owner, riverside, at):
    webhook = at["webhook"]
    done = []
    for step in ("off", "on", "secret", "secret/end"):
        answer = owner.post(f"{LIST}{webhook.pk}/{step}/")
        found = one(riverside, webhook.pk)
        done.append((answer.status_code, found.is_active, found.has_earlier))
    assert done == [(302, False, False), (302, True, False), (302, True, True), (302, True, False)]


def test_deleted_webhook_is_gone(owner, at):
    page = f"{LIST}{at['webhook'].pk}/"
    assert (owner.post(f"{page}delete/").status_code, owner.get(page).status_code) == (302, 404)
    assert "No other system is told of anything." in owner.get(LIST).content.decode()


def test_more_webhooks_than_a_clinic_may_have_are_refused_in_words(owner, riverside):
    with clinic_scope(riverside.clinic):
        for _ in range(actions.MOST):
            webhooks()
    page = owner.post(f"{LIST}new/", FORM)
    assert (page.status_code, "at most 20 webhooks" in page.content.decode()) == (422, True)


def test_settings_lead_to_webhooks(owner):
    assert f'href="{LIST}"' in owner.get("/clinic/settings/").content.decode()
