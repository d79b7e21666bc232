"""A clinic that asks everybody for a second factor: without one, nothing of a patient is reached by any address."""

from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator

from clinic.audit.models import AuditEvent
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.factors import APP_ON, set_up_app
from tests.test_url_walk import SECRET, address, clinic_routes
from tests.typed import sent_by
from tests.world import make_assessment, make_patient

NEEDED, SETTINGS = "/accounts/second-factor/", "/clinic/settings/"
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def asking(riverside):
    """Riverside, which asks for a second factor, with a patient."""
    with clinic_scope(riverside.clinic):
        patient = make_patient(full_name=SECRET, family_name="Secretname")
        assessment = make_assessment(patient, name=f"Assessment of {SECRET}")
    Clinic.objects.filter(pk=riverside.clinic.pk).update(second_factor_required=True)
    riverside.keys = [patient.pk, assessment.pk, uuid4()]
    return riverside


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_reached_without_it(asking, sign_in, method):
    client, wrong, tried = sign_in(asking.owner), {}, 0
    for route in (each for each in clinic_routes() if not each.startswith("accounts/")):
        for key in asking.keys if method == "get" else asking.keys[:1]:
            response = getattr(client, method)(address(route, key))
            led = response.get("Location", "").startswith(NEEDED)
            wanted = (302, True) if method == "get" and not route.startswith("api/") else (403, False)
            tried += 1
            if (response.status_code, led) != wanted or SECRET in response.content.decode():
                wrong[route] = response.status_code
    assert (wrong, tried > 70) == ({}, True)


def test_fragment_leads_the_whole_page_there(asking, sign_in):
    response = sign_in(asking.owner).get("/patients/?q=x", headers={"HX-Request": "true", "HX-Target": "table"})
    assert (response.status_code, response["HX-Redirect"].partition("?")[0]) == (204, NEEDED)


def test_program_of_a_page_is_told_by_a_code(asking, sign_in):
    response = sign_in(asking.owner).get("/api/v1/patients/")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "second_factor_missing")


def test_form_is_kept_until_it_is_set_up(asking, sign_in):
    client = sign_in(asking.owner)
    typed = {"full_name": "Kept Name", "family_name": "Name", "gender": "female", "date_of_birth": "1 May 1980",
             "user": str(asking.owner.pk)}  # fmt: skip
    kept = client.post("/patients/new/", typed)
    form = sent_by(kept.content.decode())
    set_up_app(client)
    assert {name: form[name] for name in typed} == typed
    assert (kept.status_code, client.post("/patients/new/", form).status_code) == (403, 302)


def test_whoever_sets_it_up_works_at_once(asking, sign_in):
    client = sign_in(asking.clinician)
    page = client.get("/patients/", follow=True)
    assert page.redirect_chain == [(f"{NEEDED}?next=%2Fpatients%2F", 302)]
    assert len(set_up_app(client)) == 10
    assert (client.get("/patients/").status_code, client.get(f"{NEEDED}?next=/patients/")["Location"]) == (
        200,
        "/patients/",
    )


def test_pages_that_set_it_up_ask_for_nothing_of_the_clinic(asking, sign_in):
    """The menu asks for counts by itself, and its refusal would lead away from the form."""
    client, counts = sign_in(asking.owner), "/worklists/counts/"
    before = [client.get(path) for path in (NEEDED, APP_ON, "/account/")]
    set_up_app(client)
    after = client.get("/account/")
    assert [(page.status_code, counts in page.content.decode()) for page in (*before, after)] == [
        *[(200, False)] * 3,
        (200, True),
    ]


def test_recovery_codes_alone_are_no_second_factor(asking, sign_in):
    Authenticator.objects.create(user=asking.owner, type="recovery_codes", data={"seed": "x", "used_mask": 0})
    assert sign_in(asking.owner).get("/patients/").status_code == 302


def test_clinic_beside_it_does_not_ask(asking, hillside, both, sign_in):
    client = sign_in(both)
    for world, status in ((hillside, 200), (asking, 302)):
        client.post("/accounts/switch/", {"clinic": str(world.clinic.pk)})
        assert client.get("/patients/").status_code == status


def test_page_of_the_other_clinic_does_not_switch_past_it(asking, hillside, both, sign_in):
    client = sign_in(both)
    client.post("/accounts/switch/", {"clinic": str(hillside.clinic.pk)})
    form = {"clinic": str(asking.clinic.pk), "_switch_clinic": str(asking.clinic.pk), "full_name": "Past It"}
    response = client.post("/patients/new/", form)
    assert (response.status_code, response.context["title"]) == (403, "Set up a second factor first")


def test_owner_asks_for_it_in_the_settings_with_a_record_in_the_trail(riverside, sign_in):
    client = sign_in(riverside.owner)
    form = sent_by(client.get(SETTINGS).content.decode())
    assert "second_factor_required" not in form
    assert client.post(SETTINGS, form | {"second_factor_required": "on"}).status_code == 302
    with clinic_scope(riverside.clinic):
        event = AuditEvent.objects.get(action="clinic_settings.changed")
    assert (event.changes, client.get(SETTINGS).status_code) == ({"second_factor_required": [False, True]}, 302)


def test_owners_page_says_who_has_one(riverside, sign_in):
    set_up_app(sign_in(riverside.clinician))
    page = sign_in(riverside.owner).get("/clinic/people/")
    having = {member.user.email for member, _, has_factor, _ in page.context["people"] if has_factor}
    shown = page.content.decode().count('data-label="Second factor">Yes')
    assert (having, shown) == ({riverside.clinician.email}, 1)
