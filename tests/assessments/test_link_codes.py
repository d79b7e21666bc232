"""A patient whose date of birth is not known exactly opens a link by a code of six digits."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client, override_settings

from clinic.assessments.models import AnswerRequest
from clinic.assessments.selfreport.actions import answer_code
from clinic.audit.models import AuditEvent
from clinic.patients.actions import update_patient
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import link_in, same_as_dead
from tests.world import Writer, make_patient

CODE = re.compile(r'<span class="link-group">(\d{3})</span>\s*<span class="link-group">(\d{3})</span>')


@pytest.fixture(params=["year", "estimated"])
def patient(request, riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(gender="female", date_of_birth=date(1980, 1, 1), date_of_birth_precision=request.param)


@pytest.fixture
def page(practitioner, patient):
    form = {"id": uuid4(), "instrument": "phq-9", "days": 7}
    return practitioner.post(f"/patients/{patient.pk}/requests/", form, follow=True)


@pytest.fixture
def link(page) -> str:
    return link_in(page)


@pytest.fixture
def code(page) -> str:
    (found,) = CODE.findall(page.content.decode())
    return "".join(found)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_form_says_first_that_a_code_is_asked_for_and_what_else_there_is(practitioner, patient):
    text = practitioner.get(f"/patients/{patient.pk}/requests/").content.decode()
    found = (
        "A code instead of the date of birth" in text,
        f'href="/patients/{patient.pk}/edit/"' in text,
        "share this device" in text,
    )
    assert found == (True, True, True)


def test_link_asks_for_the_code_that_the_page_tells(link, code):
    browser = Client()
    asked = browser.get(link).content.decode()
    assert ('name="code"' in asked, 'name="born"' in asked) == (True, False)
    assert browser.post(link, {"code": code})["Location"] == link
    assert "data-item" in browser.get(link).content.decode()


@pytest.mark.parametrize("spell", ["{0}{1}", " {0} {1} ", "{0}-{1}", "{0}\u00a0{1}"])
def test_code_is_read_however_it_is_spaced(link, code, spell):
    assert Client().post(link, {"code": spell.format(code[:3], code[3:])}).status_code == 302


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "1 January 1980", "\u0662" * 6, "x" * 10_000])
def test_code_that_cannot_be_read_is_no_try_and_stays_typed(link, kept, typed):
    answer = Client().post(link, {"code": typed})
    text = answer.content.decode()
    assert (answer.status_code, kept().tries, f'value="{typed[:40]}"' in text) == (422, 0, True)


def test_day_that_stands_for_the_year_opens_nothing(link, kept):
    assert (Client().post(link, {"born": "1 January 1980"}).status_code, kept().tries) == (422, 0)


def test_five_wrong_codes_end_the_link(link, code, kept, events):
    left = [Client().post(link, {"code": wrong(code)}).content.decode() for _ in range(4)]
    assert [re.findall(r"You have (\w+ more \w+)", text) for text in left] == [
        ["4 more tries"], ["3 more tries"], ["2 more tries"], ["one more try"],
    ]  # fmt: skip
    same_as_dead(Client().post(link, {"code": wrong(code)}))
    same_as_dead(Client().post(link, {"code": code}))
    assert (kept().state, kept().status_label, events()[-1][0]) == (
        "locked", "Locked after five wrong tries", "request.locked",
    )  # fmt: skip


def test_code_is_stored_and_written_nowhere(page, code, riverside, link):
    with clinic_scope(riverside.clinic):
        rows = [*AnswerRequest.objects.values_list(), *AuditEvent.objects.values_list("changes")]
    assert len(rows) > 1
    assert [row for row in rows if code in re.findall(r"(?<![\w-])\d{6}(?![\w-])", str(row))] == []
    slip = page.content.decode().partition('<section class="slip"')[2].partition("</section>")[0]
    assert ("the code of six digits" in slip, code in slip) == (True, False)


def test_code_is_shown_again_while_the_link_works(practitioner, code, kept):
    address = f"/requests/{kept().pk}/"
    assert ["".join(found) for found in CODE.findall(practitioner.get(address).content.decode())] == [code]
    practitioner.post(f"{address}revoke/")
    ended = practitioner.get(address)
    assert (ended.status_code, CODE.findall(ended.content.decode())) == (200, [])


def test_each_link_and_each_server_has_codes_of_its_own():
    ids = [uuid4() for _ in range(200)]
    codes = [answer_code(id) for id in ids]
    with override_settings(SECRET_KEY="another" * 10):
        others = [answer_code(id) for id in ids]
    assert ({len(code) for code in codes}, len(set(codes)) > 190) == ({6}, True)
    assert sum(one == other for one, other in zip(codes, others, strict=True)) < 3


def test_link_and_code_outlive_a_new_key_of_the_server_while_it_remembers_the_old_one(link, code, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    browser = Client()
    browser.get(link)
    assert browser.post(link, {"code": wrong(code)}).status_code == 422
    assert browser.post(link, {"code": code}).status_code == 302
    settings.SECRET_KEY_FALLBACKS = []
    assert Client().post(link, {"code": code}).status_code == 422


def test_date_that_is_completed_meanwhile_is_asked_for_instead(link, code, riverside, patient):
    with clinic_scope(riverside.clinic):
        update_patient(
            by=Writer(), id=patient.pk, version=None, date_of_birth=date(1980, 3, 12), date_of_birth_precision="exact"
        )
    assert 'name="born"' in Client().get(link).content.decode()
    assert Client().post(link, {"code": code}).status_code == 422
    assert Client().post(link, {"born": "12 March 1980"}).status_code == 302
