"""When sessions, tokens and links run out, and what a deleted clinic says, to the second and in three zones."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from oauth2_provider.models import AccessToken, set_token_value

from clinic.accounts.models import AnswerLink, ApiClient, Session
from clinic.api.actions import create_api_client
from clinic.staff import clinics
from clinic.tenancy.models import Clinic
from tests.clock import in_one_zone
from tests.conftest import signed_in
from tests.world import Writer, own_clinic


@pytest.fixture(scope="module")
def harbour(django_db_setup, django_db_blocker):
    """A committed clinic of this module."""
    with django_db_blocker.unblock(), own_clinic("Harbour") as world:
        yield world


@pytest.mark.clock("clinic/accounts/closed.py:closed", "clinic/staff/clinics.py:delete_clinic")
def test_deleted_clinic_says_the_clinics_day(clock, harbour):
    client = signed_in(Client(), harbour.clinician)
    clinic = clinics.delete_clinic(clinic=harbour.clinic, by=Writer())
    said = client.get("/patients/")
    clinics.undelete_clinic(clinic=harbour.clinic, by=Writer())
    until = f"Until {clock.day(30):%-d %b %Y}, whoever looks after your clinics can bring it back."
    assert (said.status_code, until in said.content.decode(), clinic.deleted_at) == (403, True, clock.moment)


def token_until(client: ApiClient, name: str, moment) -> None:
    token = AccessToken(application_id=client.pk, scope="read", expires=moment)
    set_token_value(token, name)
    token.save(using="owner")


@in_one_zone
@pytest.mark.clock("clinic/accounts/expiry.py:remove_expired")
def test_clearing_takes_what_has_run_out_and_nothing_else(clock, harbour):
    program, _ = create_api_client(clinic=harbour.clinic, name=f"By {clock.zone}", can_write=False, by=Writer())
    for seconds in (-1, 1):
        until, name = clock.moment + timedelta(seconds=seconds), f"{clock.zone} {seconds}"
        Session.objects.using("owner").create(session_key=name, session_data="", expire_date=until)
        token_until(program, name, until)
        AnswerLink.objects.using("owner").create(
            checksum=name, clinic_id=harbour.clinic.pk, request_id=harbour.owner.pk, expires_at=until, closed_at=until
        )
    call_command("clear_sessions", stdout=io.StringIO())
    left = [
        Session.objects.using("owner").filter(session_key__startswith=f"{clock.zone} ").values_list("session_key"),
        AnswerLink.objects.using("owner").filter(checksum__startswith=f"{clock.zone} ").values_list("checksum"),
    ]
    assert [list(rows) for rows in left] == [[(f"{clock.zone} 1",)]] * 2
    assert AccessToken.objects.using("owner").get(application_id=program.pk).expires == until
    assert Clinic.objects.using("owner").filter(pk=harbour.clinic.pk).exists()
    Session.objects.using("owner").filter(session_key__startswith=f"{clock.zone} ").delete()
