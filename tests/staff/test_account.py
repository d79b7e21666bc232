"""One's own page: the name everywhere, sessions and their end, and what a changed password ends."""

import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clinic.accounts.models import Session, User
from clinic.accounts.sessions import BROWSERS, SEEN_EVERY, SYSTEMS, device_words, stored_key
from clinic.audit.models import AuditEvent
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.conftest import signed_in
from tests.staff.people import practitioner, trail
from tests.world import PASSWORD

PAGE, END = "/account/", "/account/sessions/end/"
OTHER = "a wholly different passphrase"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
AGENTS = {
    FIREFOX: "Firefox on Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1": "Safari on iPhone",
    "Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0": "Edge on Linux",
    "Mozilla/5.0 (Linux; Android 14) Chrome/126.0.0.0 Mobile Safari/537.36": "Chrome on Android",
    "curl/8.5.0": "A browser",
    "": "A browser",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_device_is_called_as_people_call_it(agent):
    assert device_words(agent) == AGENTS[agent]


@given(st.text())
def test_device_of_any_text_has_words(text):
    browser, _, system = device_words(text).partition(" on ")
    assert browser in {"A browser", *(name for _, name in BROWSERS)}
    assert system in {"", *(name for _, name in SYSTEMS)}


def test_name_is_changed_in_every_clinic_with_a_record_in_each(both, riverside, hillside, sign_in):
    client, before = sign_in(both), both.name
    assert client.post(PAGE, {"name": " Bea  <b>Newname</b> "}).status_code == 302
    name = "Bea <b>Newname</b>"
    assert User.objects.get(pk=both.pk).name == name
    for world in (riverside, hillside):
        assert practitioner(world, both) == (name, True)
        assert trail(world) == [("member.renamed", str(both.pk), both.pk, {"name": [before, name]})]
    page = client.get(PAGE).content.decode()
    assert ("<b>Newname" in page, "&lt;b&gt;Newname" in page) == (False, True)


def test_same_name_writes_nothing(riverside, sign_in):
    assert sign_in(riverside.clinician).post(PAGE, {"name": riverside.clinician.name}).status_code == 302
    assert trail(riverside) == []


@pytest.mark.parametrize("name", ["", "  ", "n" * 201, "no\0ra"])
def test_name_that_is_none_is_refused_beside_its_field(riverside, sign_in, name):
    response = sign_in(riverside.clinician).post(PAGE, {"name": name})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["name"])
    assert practitioner(riverside, riverside.clinician) == (riverside.clinician.name, True)


def test_who_left_a_clinic_keeps_the_name_there(both, riverside, hillside, sign_in):
    sign_in(riverside.owner).post(f"/clinic/people/{both.pk}/end/")
    sign_in(both).post(PAGE, {"name": "Bea Newname"})
    assert (practitioner(riverside, both), practitioner(hillside, both)) == ((both.name, False), ("Bea Newname", True))


@pytest.fixture
def two(riverside):
    """Two clients of the clinician: one as it is, one in Firefox on Windows."""
    here, there = Client(), Client(headers={"user-agent": FIREFOX})
    return signed_in(here, riverside.clinician), signed_in(there, riverside.clinician)


def digests(page: str) -> list[str]:
    return re.findall(r'name="session"\s+value="([0-9a-f]{64})"', page)


def test_page_shows_own_sessions_and_no_key_of_them(two, riverside, sign_in):
    here = two[0]
    sign_in(riverside.owner)
    response = here.get(PAGE)
    page, keys = response.content.decode(), [client.cookies["sessionid"].value for client in two]
    assert [(each.device, each.is_this, each.row.address) for each in response.context["sessions"]] == [
        ("A browser", True, "127.0.0.1"),
        ("Firefox on Windows", False, "127.0.0.1"),
    ]
    assert ([key in page for key in keys], len(digests(page))) == ([False, False], 1)


def test_one_other_session_is_ended(two, riverside):
    here, there = two
    [digest] = digests(here.get(PAGE).content.decode())
    assert here.post(END, {"session": digest}).status_code == 302
    assert (here.get(PAGE).status_code, there.get(PAGE).status_code) == (200, 302)
    changes = {"sessions": [1, 0]}
    assert [(action, found) for action, _, _, found in trail(riverside)] == [("member.sessions_ended", changes)]


def test_all_other_sessions_are_ended(two, riverside, sign_in):
    here, there = two
    third, owner = sign_in(riverside.clinician), sign_in(riverside.owner)
    assert here.post(END, {"session": "others"}).status_code == 302
    assert [client.get(PAGE).status_code for client in (here, there, third, owner)] == [200, 302, 302, 200]


@pytest.mark.parametrize("wanted", ["", "none", "0" * 64, "another's", "this one"])
def test_nothing_else_is_ended(two, riverside, sign_in, wanted):
    here, there = two
    other = sign_in(riverside.owner)
    sign_in(riverside.owner)
    [of_another] = digests(other.get(PAGE).content.decode())
    this = next(each.digest for each in here.get(PAGE).context["sessions"] if each.is_this)
    here.post(END, {"session": {"another's": of_another, "this one": this}.get(wanted, wanted)})
    assert [client.get(PAGE).status_code for client in (here, there, other)] == [200, 200, 200]
    assert trail(riverside) == []


@in_one_zone
@pytest.mark.clock("clinic/accounts/sessions.py:note_use")
def test_use_of_a_session_is_noted_once_in_half_a_minute(clock, riverside, sign_in):
    client = sign_in(riverside.clinician)
    row = Session.objects.filter(pk=stored_key(client.cookies["sessionid"].value))
    started, seen = row.get().used_at, []
    for seconds in (SEEN_EVERY.total_seconds() - 1, 1, 60):
        clock.move(seconds=seconds)
        client.get("/patients/")
        seen.append((row.get().used_at - started).total_seconds())
    assert seen == [0, 30, 90]


def test_changed_password_ends_other_sessions_and_is_told_by_mail(two, riverside, mailoutbox):
    here, there = two
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    assert here.post("/accounts/password/change/", form).status_code == 302
    assert Session.objects.filter(user=riverside.clinician).count() == 1  # before a request finds the others out
    assert (here.get(PAGE).status_code, there.get(PAGE).status_code) == (200, 302)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        ([riverside.clinician.email], "[testserver] Your password was changed")
    ]


def test_menu_leads_to_the_page(riverside, sign_in):
    page = sign_in(riverside.front_desk).get("/patients/")
    assert (page.status_code, f'href="{PAGE}"' in page.content.decode()) == (200, True)


def test_page_says_what_clinics_see_to_somebody_of_none_too(nobody, sign_in, both):
    for user, clinics in ((nobody, "a clinic that you join"), (both, "Hillside, Riverside")):
        page = " ".join(sign_in(user).get(PAGE).content.decode().split())
        assert f"The owners of {clinics} see your name" in page


def test_practitioner_of_who_is_renamed_is_called_so_in_the_trail_from_then_on(riverside, sign_in):
    client = sign_in(riverside.clinician)
    client.post(PAGE, {"name": "Clara Newname"})
    client.post(END, {"session": "others"})
    sign_in(riverside.clinician)
    client.post(END, {"session": "others"})
    with clinic_scope(riverside.clinic):
        names = AuditEvent.objects.filter(record_type="user").order_by("pk").values_list("actor_name", flat=True)
        assert list(names) == ["Clara Clinician", "Clara Newname"]
        assert Practitioner.objects.filter(display_name="Clara Newname").count() == 1
