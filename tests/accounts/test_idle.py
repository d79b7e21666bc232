"""Sessions end when nobody uses them, by the strictest clinic of their person, and after twelve hours at the latest."""

import importlib
import re
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from clinic.accounts.models import Session
from clinic.accounts.sessions import SEEN_EVERY, stored_key
from clinic.tenancy.models import IDLE_RANGE, Clinic
from tests.clock import in_one_zone
from tests.conftest import signed_in

STATE = "/accounts/session/"
MINUTE, HOURS = 60, 12
POLLED = {"X-Polled": "yes"}
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def let_idle(world, minutes: int) -> None:
    Clinic.objects.filter(pk=world.clinic.pk).update(idle_minutes=minutes)


def opened(client: Client) -> tuple[int, int]:
    """How a page and the API answer."""
    return client.get("/patients/").status_code, client.get("/api/v1/patients/").status_code


OPEN, SHUT = (200, 200), (302, 401)


@in_one_zone
@pytest.mark.parametrize("minutes", [5, 15, 60])
@pytest.mark.clock(
    "clinic/accounts/sessions.py:find_session",
    "clinic/accounts/sessions.py:lasts_until",
    "clinic/accounts/sessions.py:SessionStore.create_model_instance",
)
def test_session_ends_when_nobody_uses_it_for_so_long(clock, riverside, sign_in, minutes):
    let_idle(riverside, minutes)
    client, seen = sign_in(riverside.clinician), []
    client.get("/patients/")
    for seconds in (minutes * MINUTE - 0.001, minutes * MINUTE - 0.001, minutes * MINUTE):
        clock.move(seconds=seconds)
        seen.append(opened(client))
    assert seen == [OPEN, OPEN, SHUT]


@in_one_zone
def test_session_that_is_used_all_day_works_for_twelve_hours(clock, riverside, sign_in):
    client, seen = sign_in(riverside.clinician), []
    for _ in range(HOURS * 6 - 1):
        clock.move(minutes=10)
        seen.append(client.get(STATE).json()["seconds"])
    for seconds in (10 * MINUTE - 0.001, 0.001):
        clock.move(seconds=seconds)
        seen.append(opened(client))
    assert (set(seen[:-4]), seen[-4:]) == ({15 * MINUTE}, [15 * MINUTE, 10 * MINUTE, OPEN, SHUT])


@in_one_zone
def test_saving_a_session_makes_it_last_no_longer_than_twelve_hours(clock, both, riverside, sign_in):
    client = sign_in(both)
    last = Session.objects.get(pk=stored_key(client.cookies["sessionid"].value)).ends_at
    clock.move(minutes=14)
    assert client.post("/accounts/switch/", {"clinic": str(riverside.clinic.pk)}).status_code == 302
    row = Session.objects.get(pk=stored_key(client.cookies["sessionid"].value))
    assert (row.clinic_id, row.ends_at, row.expire_date) == (
        riverside.clinic.pk,
        last,
        clock.moment + timedelta(minutes=15),
    )


@in_one_zone
def test_strictest_clinic_of_somebody_decides(clock, both, riverside, hillside, sign_in):
    let_idle(riverside, 60)
    let_idle(hillside, 5)
    client, only = sign_in(both), sign_in(riverside.clinician)
    for each in (client, only):
        each.get(STATE)
    clock.move(minutes=5)
    assert [each.get(STATE).json()["seconds"] for each in (client, only)] == [0, 60 * MINUTE]


@in_one_zone
@pytest.mark.clock("clinic/accounts/models.py:Session.seconds_left", "clinic/accounts/sessions.py:note_use")
def test_limit_that_is_changed_counts_from_the_next_request_on(clock, riverside, sign_in):
    client, seen = sign_in(riverside.clinician), []
    for minutes in (60, 5, 15):
        let_idle(riverside, minutes)
        seen.append(client.get(STATE).json()["seconds"])
    assert seen == [60 * MINUTE, 5 * MINUTE, 15 * MINUTE]


@in_one_zone
def test_polls_are_no_use_and_whatever_else_is_asked_is(clock, riverside, sign_in):
    """Any order of both: a session lives as long after its last use as the clinic says, but for what is not written."""
    random, slack, lives = Random(7), SEEN_EVERY.total_seconds(), []  # noqa: S311
    for _ in range(8):
        client, rested, limit = sign_in(riverside.clinician), 0.0, 15 * MINUTE
        while True:
            gap = random.choice([1, 20, 29, 31, 300, 600, 899])
            clock.move(seconds=gap)
            rested += gap
            polled = random.random() < 0.5
            alive = client.get(STATE, headers=POLLED if polled else {}).json()["seconds"] > 0
            if rested < limit - slack or rested >= limit:
                assert alive is (rested < limit), (rested, polled)
            if not alive:
                break
            rested = rested if polled else 0.0
            lives.append(polled)
    assert (True in lives, False in lives) == (True, True)


def test_whatever_a_page_asks_again_and_again_says_so():
    tags = [
        tag for file in TEMPLATES.rglob("*.html") for tag in re.findall(r"<[^>]*hx-trigger=\"[^>]*>", file.read_text())
    ]
    polls = [tag for tag in tags if re.search(r'hx-trigger="[^"]*\bevery\b', tag)]
    assert ([tag for tag in polls if "X-Polled" not in tag], len(polls) > 0) == ([], True)


def test_what_is_over_is_no_open_session_on_ones_own_page(riverside, sign_in):
    here, there = sign_in(riverside.clinician), sign_in(riverside.clinician)
    shown = []
    for seconds in (1, -1):
        row = Session.objects.filter(pk=stored_key(there.cookies["sessionid"].value))
        row.update(expire_date=timezone.now() + timedelta(seconds=seconds * 60))
        shown.append(len(here.get("/account/").context["sessions"]))
    assert shown == [2, 1]


def test_form_that_is_sent_too_late_is_kept(riverside, sign_in):
    client = sign_in(riverside.clinician)
    Session.objects.filter(user=riverside.clinician).update(expire_date=timezone.now())
    response = client.post("/patients/new/", {"full_name": "Ana Typed-Before"})
    assert (response.status_code, "Ana Typed-Before" in response.content.decode()) == (401, True)


def test_state_names_the_person_and_nobody_else(riverside, sign_in):
    client = sign_in(riverside.clinician)
    said = client.get(STATE).json()
    assert (said["person"], said["seconds"] > 890, len(said["token"])) == (str(riverside.clinician.pk), True, 64)
    assert Client().get(STATE).json() == Client().post(STATE).json() == {"person": "", "seconds": 0, "token": ""}
    assert [client.put(STATE).status_code, client.delete(STATE).status_code] == [405, 405]


def test_page_goes_on_in_its_clinic_after_its_person_signed_in_again(both, riverside, hillside, sign_in):
    client, seen = sign_in(both), []
    for clinic in ("", "nonsense", str(uuid4()), str(hillside.clinic.pk), str(riverside.clinic.pk)):
        client.post(STATE, {"clinic": clinic})
        seen.append(client.get("/patients/").headers.get("Location", "opened")[:17])
    assert seen == ["/accounts/choose/"] * 3 + ["opened"] * 2
    assert client.get("/patients/").wsgi_request.clinic.pk == hillside.clinic.pk


def test_saying_that_somebody_is_there_takes_a_token_of_a_page(riverside):
    client = signed_in(Client(), riverside.clinician)
    client.handler.enforce_csrf_checks = True
    token = client.get(STATE).json()["token"]
    refused = client.post(STATE, headers={"Sec-Fetch-Site": "cross-site"}).status_code
    assert (refused, client.post(STATE, headers={"X-CSRFToken": token}).status_code) == (403, 200)


def test_sessions_that_were_there_keep_their_end(riverside):
    now, made = timezone.now().replace(microsecond=0), {}
    end = now + timedelta(hours=9)
    for key, used, user in (("used", 4, riverside.owner), ("never", None, riverside.owner), ("patient", None, None)):
        at = now - timedelta(minutes=used) if used else None
        Session.objects.create(session_key=key, session_data="", expire_date=end, used_at=at, user=user)
    migration = importlib.import_module("clinic.accounts.migrations.0012_idle_sessions")
    with connection.cursor() as cursor:
        cursor.execute(migration.KEEP_THEIR_END)
    for row in Session.objects.filter(pk__in=("used", "never", "patient")):
        made[row.pk] = row.ends_at == end, round((row.expire_date - now).total_seconds() / 60)
    assert made == {"used": (True, 11), "never": (True, 15), "patient": (True, 9 * 60)}


def test_session_of_an_earlier_release_ends_when_it_would_have(riverside, sign_in):
    client = sign_in(riverside.clinician)
    end = timezone.now() + timedelta(hours=2)
    rows = Session.objects.filter(pk=stored_key(client.cookies["sessionid"].value))
    rows.update(ends_at=None, expire_date=end)
    assert client.get("/patients/").status_code == 200
    assert (rows.get().ends_at, rows.get().expire_date < end) == (end, True)


@pytest.mark.parametrize("minutes", [IDLE_RANGE[0] - 1, IDLE_RANGE[1] + 1])
def test_no_clinic_is_outside_what_can_be_said(riverside, minutes):
    with pytest.raises(IntegrityError, match="clinic_idle_minutes"), transaction.atomic():
        let_idle(riverside, minutes)


@in_one_zone
def test_device_that_a_patient_has_is_signed_out_too(clock, riverside, sign_in):
    client = sign_in(riverside.clinician)
    session = client.session
    session["handover"] = "x"
    session.save()
    left = [client.get(STATE, headers=POLLED).json()["seconds"], client.get("/patients/").status_code]
    clock.move(minutes=15)
    assert [*left, client.get(STATE).json()["seconds"], client.get("/patients/").status_code] == [900, 403, 0, 302]
