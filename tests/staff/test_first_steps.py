"""An owner's first page in a new clinic: what there is to do, and when it goes away."""

import re

import pytest
from django.test import Client

from clinic.accounts.models import Membership
from clinic.instruments.models import SETTINGS_ID as INSTRUMENTS_ID
from clinic.instruments.models import InstrumentSettings
from clinic.staff.models import SETTINGS_ID, ClinicSettings
from clinic.tenancy.scope import clinic_scope
from tests.staff.people import LIST, NEW, NORA
from tests.world import make_assessment, make_patient

START = "/clinic/start/"
STEPS = ["/clinic/settings/", LIST, "/instruments/", "/patients/new/", "/assessments/new/"]


@pytest.fixture
def alone(riverside, owner) -> Client:
    """The owner of a clinic with nobody else and no patient."""
    Membership.objects.filter(clinic=riverside.clinic).exclude(user=riverside.owner).update(is_active=False)
    return owner


def left(client: Client) -> list[str]:
    """Where the list leads, step by step."""
    page = client.get(START)
    assert page.status_code == 200
    steps = page.content.decode().partition('<ol class="prose first-steps">')[2].partition("</ol>")[0]
    return re.findall(r'<a href="(/[^"]+)">', steps)


def test_owner_of_a_new_clinic_is_led_to_five_steps(alone):
    page = alone.get("/").content.decode()
    assert ('hx-get="/clinic/start/"' in page, left(alone)) == (True, STEPS)


def test_step_that_is_done_is_no_link(alone, riverside):
    with clinic_scope(riverside.clinic):
        make_patient()
    assert left(alone) == [STEPS[0], STEPS[1], STEPS[2], STEPS[4]]


@pytest.mark.parametrize("with_whom", ["a colleague", "somebody invited"])
def test_list_goes_away_when_all_is_done(alone, riverside, with_whom):
    if with_whom == "a colleague":
        Membership.objects.filter(user=riverside.auditor).update(is_active=True)
    else:
        alone.post(NEW, NORA)
    assert left(alone) == [STEPS[0], *STEPS[2:]]
    with clinic_scope(riverside.clinic):
        make_assessment(make_patient())
        ClinicSettings.objects.create(id=SETTINGS_ID)
        InstrumentSettings.objects.create(id=INSTRUMENTS_ID)
    assert alone.get(START)["Location"] == "/"
    part = alone.get(START, headers={"HX-Request": "true", "HX-Target": "first-steps"})
    assert (part.status_code, part.content) == (200, b"")


def test_list_that_is_put_away_stays_away(alone, riverside):
    away = alone.post(f"{START}away/")
    page = alone.get("/").content.decode()
    assert (away["Location"], alone.get(START)["Location"]) == ("/", "/")
    assert ("<h1>" in page, START in page) == (True, False)


def test_others_have_no_first_steps(riverside, sign_in):
    client = sign_in(riverside.clinician)
    assert (START in client.get("/").content.decode(), client.get(START).status_code) == (False, 403)
