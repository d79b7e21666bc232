"""An owner's first page in a new clinic: what there is to do, and when it goes away."""

import re

import pytest
from django.test import Client

from clinic.accounts.models import Membership
from clinic.tenancy.scope import clinic_scope
from tests.staff.people import LIST, NEW, NORA
from tests.world import make_patient

START = "/clinic/start/"
STEPS = ["/clinic/settings/", LIST, "/patients/new/", "/instruments/"]


@pytest.fixture
def alone(riverside, owner) -> Client:
    """The owner of a clinic with nobody else and no patient."""
    Membership.objects.filter(clinic=riverside.clinic).exclude(user=riverside.owner).update(is_active=False)
    return owner


def left(client: Client) -> list[str]:
    """Where the list leads, step by step."""
    page = client.get(START)
    assert page.status_code == 200
    steps = page.content.decode().partition('<ol class="prose">')[2].partition("</ol>")[0]
    return re.findall(r'<a href="(/[^"]+)">', steps)


def test_owner_begins_with_the_list(alone):
    assert (alone.get("/")["Location"], left(alone)) == (START, STEPS)


def test_step_that_is_done_is_no_link(alone, riverside):
    with clinic_scope(riverside.clinic):
        make_patient()
    assert left(alone) == [STEPS[0], STEPS[1], STEPS[3]]


@pytest.mark.parametrize("with_whom", ["a colleague", "somebody invited"])
def test_list_goes_away_when_there_are_patients_and_people(alone, riverside, with_whom):
    if with_whom == "a colleague":
        Membership.objects.filter(user=riverside.auditor).update(is_active=True)
    else:
        alone.post(NEW, NORA)
    assert left(alone) == [STEPS[0], STEPS[2], STEPS[3]]
    with clinic_scope(riverside.clinic):
        make_patient()
    assert alone.get(START)["Location"] == "/patients/"


def test_list_that_is_put_away_stays_away(alone, riverside):
    away = alone.post(f"{START}away/")
    assert (away["Location"], alone.get(START)["Location"]) == ("/patients/", "/patients/")


def test_others_begin_with_the_patients(riverside, sign_in):
    client = sign_in(riverside.clinician)
    assert (client.get("/")["Location"], client.get(START).status_code) == ("/patients/", 403)
