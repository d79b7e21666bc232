"""What another site has a browser send is refused at every address; a session that somebody else chose is none."""

import pytest
from django.test import Client

from clinic.accounts.models import Session
from clinic.accounts.sessions import stored_key
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.test_url_walk import address, views
from tests.world import make_patient

# These take no session: whoever asks sends a secret of their own with it.
BY_SECRET = {"o/token/", "o/revoke_token/"}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("site", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {}])
def test_no_address_does_what_another_site_sends(riverside, method, site):
    client = signed_in(Client(headers={"User-Agent": "Firefox"}), riverside.owner)
    client.handler.enforce_csrf_checks = True
    with clinic_scope(riverside.clinic):
        patient = make_patient()
    tried, answered = 0, {}
    for route, _ in views():
        if route in BY_SECRET:
            continue
        tried += 1
        response = getattr(client, method)(address(route, patient.pk), headers=site)
        if response.status_code not in (403, 404, 405):
            answered[route] = response.status_code
    assert (answered, tried > 150) == ({}, True)
    with clinic_scope(riverside.clinic):
        done = AuditEvent.objects.filter(actor_id=riverside.owner.pk, is_reading=False)
        assert set(done.values_list("action", flat=True)) <= {"access.refused", "account.signed_in"}
    assert client.get("/patients/").status_code == 200  # and nobody was signed out


def test_session_that_was_planted_is_not_the_one_that_is_signed_in(riverside):
    """Somebody gives a browser their own session, or one that they made up, and waits for another to sign in."""
    stranger = signed_in(Client(), riverside.auditor)
    for planted in (stranger.cookies["sessionid"].value, "a" * 32):
        victim = Client()
        victim.cookies["sessionid"] = planted
        victim.post("/accounts/logout/")
        victim.cookies["sessionid"] = planted
        signed_in(victim, riverside.clinician)
        assert victim.cookies["sessionid"].value != planted
        assert Session.objects.filter(session_key=stored_key(planted), user=riverside.clinician).count() == 0
        own = Session.objects.get(session_key=stored_key(victim.cookies["sessionid"].value))
        assert own.user_id == riverside.clinician.pk
