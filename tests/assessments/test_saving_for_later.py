"""Who saves and goes on later is told that it is saved, until when, and how to come back."""

import re
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.assessments.models import Assessment
from clinic.assessments.questionnaire.form import how_whole
from clinic.instruments.files.toml import newest, shipped
from clinic.instruments.scoring import score
from tests.assessments.by_link import chosen, let_in
from tests.sizes import times

BY_PATIENTS = [made for made in newest(shipped()).values() if made.answered_by == "patient"]
BANNER = re.compile(r'<div class="banner banner-(?:success|info)"[^>]*\bautofocus\b[^>]*>(.*?)</div>\s*</div>', re.S)
LATER = {"answer-1": "2", "do": "later"}


def banner(page) -> str:
    """What the page says about saving, in words; it takes the focus."""
    text = page.content.decode()
    assert page.status_code == 200, text
    (found,) = BANNER.findall(text)
    assert text.index(found) < text.index("<form")
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


@pytest.fixture
def tablet(practitioner, patient):
    """A device that a practitioner shared for a PHQ-9."""
    form = {"id": uuid4(), "patient": patient.pk, "instrument": "phq-9", "date": "1 March 2026", "do": "share"}
    address = f"/assessments/new/?patient={patient.pk}&instrument=phq-9"
    assert practitioner.post(address, form)["Location"] == "/handover/"
    return practitioner


def test_link_says_saved_until_when_and_how_to_come_back(link, kept):
    browser = let_in(link)
    said = banner(browser.post(link, LATER, follow=True))
    until = f"{kept().expires_at:%-d %B %Y, %H:%M}"
    assert said == (
        "Your answers are saved. You can close this page. To go on, open the same link again, on any device, "
        f"before {until}, and write your date of birth again."
    )
    assert chosen(let_in(link), link) == ["1=2"]


def test_device_says_saved_and_whom_to_ask(tablet, kept):
    said = banner(tablet.post("/handover/", {**LATER, "version": 1}, follow=True))
    assert said == (
        "Your answers are saved. You can stop here. Give this device back, and ask to go on when you want to. "
        "Nothing is sent before you press Done."
    )
    assert kept(Assessment).answers == {"1": 2}


def test_loading_the_page_again_saves_nothing_again(link, kept):
    browser = let_in(link)
    address = browser.post(link, LATER)["Location"]
    version = kept(Assessment).version
    assert banner(browser.get(address)) == banner(browser.get(address))
    assert kept(Assessment).version == version


@pytest.mark.parametrize("form", [{"do": "later"}, None])
def test_nothing_is_called_saved_where_nothing_was_answered(link, form):
    browser = let_in(link)
    said = banner(browser.post(link, form, follow=True) if form else browser.get(f"{link}?saved"))
    assert said.startswith("Nothing is answered yet. You can close this page. To go on, open the same link again")


def test_question_about_open_items_is_asked_only_of_who_answered_some(link):
    browser = let_in(link)
    before = browser.get(f"{link}?open").content.decode()
    browser.post(link, {f"answer-{code}": "1" for code in range(1, 10)} | {"do": "later"})
    after = browser.get(f"{link}?open").content.decode()
    assert ("0 of 9 answered" in before, "data-open-items" in before) == (True, False)
    assert ("9 of 9 answered" in after, "data-open-items" in after) == (True, False)


@settings(max_examples=times(150), deadline=None)
@given(st.data())
def test_staff_and_patients_count_alike(data):
    definition = data.draw(st.sampled_from(BY_PATIENTS))
    sex = data.draw(st.sampled_from(["female", "male", "other", "unknown"]))
    responses = {
        item.code: data.draw(st.none() | st.sampled_from([option.points for option in item.options]))
        for item in definition.asked(sex)
    }
    result, whole = score(definition, responses, sex=sex), how_whole(definition, sex, responses)
    assert (result.asked, result.answered) == (whole.asked, whole.answered)
