"""The page that shows a new link: once, to whoever made it, with a slip to hand over."""

import re
from types import SimpleNamespace
from uuid import uuid4

import pytest
import qrcode
from django.test import Client
from hypothesis import given
from hypothesis import settings as sized
from hypothesis import strategies as st

from clinic.accounts.models import AnswerLink, Session
from clinic.accounts.sessions import stored_key
from clinic.assessments.models import AnswerRequest
from clinic.assessments.selfreport.shown_links import keep_link, qr_path, take_link
from clinic.tenancy.scope import clinic_scope
from clinic.ui.sealing import KEPT_KEY
from tests.assessments.by_link import let_in, link_in, same_as_dead
from tests.sizes import times

ONCE = "This link was shown once"


@pytest.fixture
def ask(practitioner, patient):
    """A function that sends the form with an id; where it leads."""

    def send(id=None, client=practitioner) -> str:
        form = {"id": id or uuid4(), "instrument": "phq-9", "days": 7}
        answer = client.post(f"/patients/{patient.pk}/requests/", form)
        assert answer.status_code == 302, answer.content.decode()
        return answer["Location"]

    return send


def links() -> list[bool]:
    """Of all links whether they are open, the oldest first."""
    return [link.closed_at is None for link in AnswerLink.objects.order_by("created_at")]


def shows_none(page) -> bool:
    text = page.content.decode()
    return (page.status_code, ONCE in text, "/answer/" in text, "<svg class" in text) == (200, True, False, False)


def test_form_leads_to_a_page_whose_address_has_no_token(ask, kept, practitioner):
    address = ask()
    assert address == f"/requests/{kept().pk}/"
    assert link_in(practitioner.get(address)).split("/")[2] not in address


def test_loading_the_page_again_makes_no_link_and_ends_none(ask, practitioner):
    address = ask()
    link = link_in(practitioner.get(address))
    assert [shows_none(practitioner.get(address)) for _ in range(2)] == [True, True]
    assert (links(), let_in(link).get(link).status_code) == ([True], 200)


@pytest.mark.parametrize("remembered", [True, False])
def test_link_that_waits_to_be_shown_outlives_a_new_key_that_remembers_the_old_one(settings, remembered):
    request, id = SimpleNamespace(session={}), uuid4()
    keep_link(request, SimpleNamespace(token="the token", request=SimpleNamespace(pk=id)))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if remembered else []
    settings.SECRET_KEY = "another" * 10
    assert take_link(request, id) == ("the token" if remembered else "")


def test_form_sent_again_before_the_page_is_seen_shows_the_one_link(ask, practitioner, riverside):
    """As by pressing the button twice: the browser drops the first answer."""
    key = uuid4()
    addresses = {ask(key), ask(key)}
    link = link_in(practitioner.get(addresses.pop()))
    with clinic_scope(riverside.clinic):
        assert (addresses, AnswerRequest.objects.count()) == (set(), 1)
    assert links() == [True]
    assert Client().get(link).status_code == 200


def test_form_sent_again_after_the_page_was_seen_shows_no_link(ask, practitioner):
    key = uuid4()
    link = link_in(practitioner.get(ask(key)))
    assert (shows_none(practitioner.get(ask(key))), links()) == (True, [True])
    assert Client().get(link).status_code == 200


def test_new_link_sent_twice_is_one_link(ask, kept, practitioner):
    old, form = link_in(practitioner.get(ask())), {"new": uuid4()}
    renew = f"/requests/{kept().pk}/renew/"
    addresses = {practitioner.post(renew, form)["Location"] for _ in range(2)}
    link = link_in(practitioner.get(addresses.pop()))
    same_as_dead(Client().get(old))
    assert (addresses, Client().get(link).status_code, links()) == (set(), 200, [False, True])


def test_links_of_two_windows_are_both_shown(practitioner, patient):
    forms = [{"id": uuid4(), "instrument": instrument, "days": 7} for instrument in ("phq-9", "gad-7")]
    addresses = [practitioner.post(f"/patients/{patient.pk}/requests/", form)["Location"] for form in forms]
    shown = [link_in(practitioner.get(address)) for address in addresses]
    assert [Client().get(link).status_code for link in shown] == [200, 200]


def test_looking_without_reading_leaves_the_link_to_be_shown(ask, practitioner):
    address = ask()
    assert practitioner.head(address).status_code == 200
    assert Client().get(link_in(practitioner.get(address))).status_code == 200


def test_somebody_else_is_shown_no_link(ask, riverside, sign_in, practitioner):
    address = ask()
    assert shows_none(sign_in(riverside.owner).get(address))
    assert Client().get(link_in(practitioner.get(address))).status_code == 200


def test_session_keeps_the_token_sealed_until_it_is_shown(ask, practitioner):
    address = ask()
    session = Session.objects.get(session_key=stored_key(practitioner.session.session_key))
    sealed = str(session.get_decoded()[KEPT_KEY])
    token = link_in(practitioner.get(address)).split("/")[2]
    assert (len(sealed) > 100, token in sealed, practitioner.session[KEPT_KEY]) == (True, False, {})


def test_what_another_secret_sealed_is_not_shown(ask, practitioner):
    address = ask()
    session = practitioner.session
    session[KEPT_KEY] = dict.fromkeys(session[KEPT_KEY], "gAAAAABofanothersecret")
    session.save()
    assert shows_none(practitioner.get(address))


def test_page_of_a_link_that_has_ended_says_so_and_shows_none(ask, practitioner, kept):
    address = ask()
    practitioner.post(f"{address}revoke/")
    text = practitioner.get(address).content.decode()
    assert ("does not work any more" in text, "/answer/" in text, "Revoked" in text) == (True, False, True)


def test_page_with_the_link_is_kept_by_nobody(ask, practitioner):
    assert "no-store" in practitioner.get(ask())["Cache-Control"]


def test_slip_says_whose_questions_until_when_and_breaks_between_letters_only(ask, practitioner, riverside, kept):
    page = practitioner.get(ask())
    text = page.content.decode()
    slip = text[text.index('<section class="slip"') : text.index("</section>", text.index('<section class="slip"'))]
    address = slip[slip.index("slip-address") :]
    groups = re.findall(r'<span class="link-group">(\w+)</span><wbr>', address)
    assert ("".join(groups), {len(group) for group in groups}) == (link_in(page).split("/")[2], {4})
    words = " ".join(re.sub(r"<[^>]*>", " ", slip).split())
    until = f"{kept().expires_at:%-d %B %Y, %H:%M}"
    found = [riverside.clinic.name, "Your mood in the last two weeks", until, "your date of birth"]
    assert [each for each in found if each in words] == found
    assert "Secretname" not in slip


@sized(max_examples=times(20), deadline=None)
@given(st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=120))
def test_path_draws_the_dark_squares_and_no_other(text):
    side, path = qr_path(text)
    code = qrcode.QRCode(border=4, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    dark = {
        (x, int(y))
        for start, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
        for x in range(int(start), int(start) + int(width))
    }
    rows = code.get_matrix()
    assert (side, dark) == (
        len(rows),
        {(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark},
    )
