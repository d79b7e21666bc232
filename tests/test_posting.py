"""A form that is accepted leads to another page, so that loading that page again sends nothing a second time."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests import posted
from tests.assessments.by_link import let_in
from tests.factors import set_up_app
from tests.posted_files import of_files
from tests.test_url_walk import address, views

# What answers a form itself, and why.
PARTS = {
    "patients/birth-date/": "a script asks for it beside the field",
    "patients/similar/": "a script asks for it beside the form",
    "assessments/<uuid:pk>/answers/": "a script saves each answer",
    "answer/<str:token>/answers/": "a script saves each answer",
    "handover/answers/": "a script saves each answer",
    "accounts/session/": "a script says that somebody is there",
}
PAGES = {
    "patients/bulk/ of all that match": "nothing is changed before it is confirmed, and ticks are in no address",
    "assessments/new/ with one more row": "nothing is saved yet, and what was typed is in no address",
    "instruments/new/ before it is saved": "nothing is saved yet, and what was typed is in no address",
    "instruments/import/ before it is saved": "nothing is saved yet, and a file is in no address",
}
OF_PROGRAMS = ("api/", "o/")
# What takes the answer of a key that a browser holds, or comes between the password and the page; see
# tests/browser/test_factors.py.
OF_A_KEY = {"accounts/factors/passkeys/new/", "accounts/reauthenticate/passkey/", "accounts/code/"}


@pytest.fixture
def forms(riverside, sign_in) -> list[tuple[Client, str, posted.Posted]]:
    """Every form, and who sends it."""
    at, owner, device = posted.records(riverside), sign_in(riverside.owner), sign_in(riverside.clinician)
    link, auditor = let_in(f"/answer/{at.token}/"), sign_in(riverside.auditor)
    set_up_app(auditor)
    shared = device.post(
        f"/assessments/{at.started.pk}/answer/", {"date": "1 March 2026", "answer-9": "1", "do": "share"}
    )
    assert shared["Location"] == "/handover/"
    groups: list[tuple[Client, dict[str, posted.Posted]]] = [
        (owner, posted.of_patients(at, owner)),
        (owner, of_files(at)),
        (owner, posted.of_assessments(at, owner)),
        (owner, posted.of_the_clinic(at, owner)),
        (owner, posted.of_an_account(at)),
        (owner, posted.of_a_factor_to_be(owner)),
        (auditor, posted.of_a_factor(riverside.auditor)),
        (Client(), posted.of_strangers(at)),
        (link, posted.of_the_link(at)),
        (device, posted.of_the_device(at)),
    ]
    return [(client, label, form) for client, group in groups for label, form in group.items()]


def outcome(response: Any) -> str:
    if response.status_code in (302, 303):
        return "leads on"
    whole = response.content.lstrip().lower().startswith(b"<!doctype")
    return f"{response.status_code} {'page' if whole else 'part'}"


def sent_and_taken_back(client: Client, path: str, form: dict[str, Any]) -> str:
    cookies = client.cookies.copy()
    with transaction.atomic():
        found = outcome(client.post(path, form))
        transaction.set_rollback(True)
    client.cookies = cookies
    return found


def test_accepted_form_leads_to_another_page(forms):
    found = {label: sent_and_taken_back(client, *form) for client, label, form in forms}
    expected = dict.fromkeys(found, "leads on") | dict.fromkeys(PARTS, "200 part") | dict.fromkeys(PAGES, "200 page")
    assert found == expected


def takes_forms(client: Client, route: str) -> bool:
    answered = client.options(address(route, posted.uuid4()))
    return "POST" in answered.headers.get("Allow", "")


def test_every_address_that_takes_forms_is_tried(forms, riverside, sign_in):
    clients = [Client(), sign_in(riverside.owner), next(client for client, label, _ in forms if "app/off" in label)]
    ours = [route for route, view in views() if view.__module__ != "django.views.static"]
    pages = [route for route in ours if not route.startswith(OF_PROGRAMS)]
    taking = {route for route in pages if any(takes_forms(client, route) for client in clients)}
    assert taking - OF_A_KEY == {label.partition(" ")[0] for _, label, _ in forms}


def test_address_of_a_form_is_opened_without_it(forms):
    """As by loading the page of a refused form again from the address bar."""
    found = {label: client.get(path, follow=True).status_code for client, label, (path, _) in forms}
    assert found == dict.fromkeys(found, 200)
    assert len(found) > 50
