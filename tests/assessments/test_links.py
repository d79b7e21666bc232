"""A patient's link: what it opens, and to whom it opens nothing."""

import re
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clinic.accounts.links import checksum, close_links
from clinic.accounts.models import AnswerLink
from clinic.assessments.models import AnswerRequest, Assessment
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import ALL, BORN, SECRET, answers, dead_page, let_in, same_as_dead, shown
from tests.world import make_patient


def test_whole_way(link, kept, events):
    browser = let_in(link)
    form = browser.get(link).content.decode()
    assert form.count("data-item") == 10
    saved = answers(browser, link, **{"answer-1": "2"})
    assert (saved.status_code, "1 of 9 answered" in saved.content.decode()) == (200, True)
    done = browser.post(link, {**ALL, "version": kept(Assessment).version, "do": "complete"})
    assert done["Location"] == f"{link}thanks/"
    assert "Your answers have arrived" in browser.get(done["Location"]).content.decode()
    assessment, request = kept(Assessment), kept()
    assert (assessment.status, assessment.score, request.state, request.assessment_id) == (
        "completed",
        9,
        "done",
        assessment.pk,
    )
    assert events() == [
        ("request.created", "Clara Clinician"),
        ("request.opened", "Patient"),
        ("request.completed", "Patient"),
    ]


def test_what_a_patient_writes_is_the_patients(link, riverside, kept):
    answers(let_in(link), link, **{"answer-1": "2"})
    with clinic_scope(riverside.clinic):
        event = AuditEvent.objects.filter(action="assessment.created").latest("pk")
    assert (event.actor_id, event.actor_name) == (f"patient:{kept().pk}", "Patient")


@pytest.mark.parametrize("query", ["", "?open", "?saved"])
def test_whoever_goes_back_to_a_form_that_is_done_reads_that_it_has_arrived(link, kept, query):
    browser = let_in(link)
    thanks = browser.post(link, {**ALL, "do": "complete"}, follow=True)
    for _ in ("back", "reload"):
        page = browser.get(link + query)
        assert (page.status_code, shown(page)) == (200, shown(thanks))
    assert ("Your answers have arrived." in shown(page), "answer-1" in shown(page)) == (True, False)
    same_as_dead(Client().get(link + query))


def test_used_link_is_dead_for_everybody(link, kept):
    browser = let_in(link)
    browser.post(link, {**ALL, "do": "complete"})
    same_as_dead(Client().get(link))
    for visitor in (browser, Client()):
        same_as_dead(visitor.post(link, {"born": BORN}))
        same_as_dead(visitor.post(f"{link}answers/", {"answer-1": "0"}))
    same_as_dead(Client().get(f"{link}thanks/"))
    assert kept(Assessment).score == 9


def test_done_pressed_twice_says_thanks_twice(link):
    browser = let_in(link)
    browser.post(link, {**ALL, "do": "complete"})
    assert browser.get(f"{link}thanks/").status_code == 200
    assert browser.get(f"{link}thanks/").status_code == 200


def test_expired_link_is_dead(link, kept, riverside):
    browser = let_in(link)
    past = timezone.now() - timedelta(seconds=1)
    with clinic_scope(riverside.clinic):
        AnswerRequest.objects.update(expires_at=past)
    assert kept().status_label == "Expired"
    same_as_dead(browser.get(link))
    same_as_dead(answers(browser, link, **{"answer-1": "2"}))


def test_link_that_is_closed_in_public_is_dead(link, kept, riverside):
    with clinic_scope(riverside.clinic):
        close_links(kept().pk)
    same_as_dead(Client().get(link))


def test_revoked_link_is_dead(link, practitioner, kept, events):
    browser = let_in(link)
    answer = practitioner.post(f"/requests/{kept().pk}/revoke/")
    assert (answer.status_code, kept().state) == (302, "revoked")
    same_as_dead(browser.get(link))
    same_as_dead(answers(browser, link, **{"answer-1": "2"}))
    assert (kept(Assessment), events()[-1]) == (None, ("request.revoked", "Clara Clinician"))


@pytest.mark.parametrize("token", ["a", "a" * 28, "%00", "<b>", "x" * 5000, "é", "..", "answers"])
def test_guessed_link_is_dead(link, token):
    same_as_dead(Client().get(f"/answer/{token}/"))
    same_as_dead(Client().post(f"/answer/{token}/", {"born": BORN}))
    same_as_dead(Client().post(f"/answer/{token}/answers/", {"answer-1": "1"}))


def test_tampered_link_is_dead(link):
    token = link.split("/")[2]
    same_as_dead(Client().get(f"/answer/{'b' if token[0] == 'a' else 'a'}{token[1:]}/"))
    same_as_dead(Client().get(f"/answer/{token[:-1]}/"))
    same_as_dead(Client().get(f"/answer/{token}a/"))


def test_only_the_checksum_is_kept(link, riverside):
    token = link.split("/")[2]
    row = AnswerLink.objects.get(checksum=checksum(token))
    assert (len(token), row.clinic_id) == (28, riverside.clinic.pk)
    with clinic_scope(riverside.clinic):
        texts = [str(values) for values in AnswerRequest.objects.values_list()]
        trail = [str(values) for values in AuditEvent.objects.values_list()]
    assert [text for text in [*texts, *trail, str(vars(row))] if token in text] == []


def test_stranger_learns_nothing_but_the_clinic(link, riverside):
    with clinic_scope(riverside.clinic):
        number = AnswerRequest.objects.select_related("patient").get().patient.record_number
    pages = [Client().get(link), Client().post(link, {"born": "1 May 1950"}), Client().get(f"{link}thanks/")]
    for word in (SECRET, "Secretname", "PHQ-9", "1980", number, "Clara"):
        assert [word for page in pages if word in shown(page).replace(link, "")] == []


def test_form_names_nobody_and_tells_no_score(link, kept):
    browser = let_in(link)
    saved = answers(browser, link, **{f"answer-{code}": "3" for code in range(1, 10)})
    done = browser.post(link, {**ALL, "answer-9": "3", "version": kept(Assessment).version, "do": "complete"})
    texts = [page.content.decode() for page in (browser.get(done["Location"]), saved)]
    for word in ("Secretname", "Severe", "severe", "Total", "Alert", "self-harm", "Clara"):
        assert [word for text in texts if word in text] == []
    # Totals of 27, then 11: numbers by themselves, since digits of tokens, keys and the time are no total.
    assert [re.findall(r"(?<![\w:-])(?:27|11)(?![\w:-])", text) for text in texts] == [[], []]
    assert kept(Assessment).score == 11


def test_five_wrong_dates_end_the_link(link, kept, events):
    for left in (4, 3, 2):
        answer = Client().post(link, {"born": "1 May 1950"})
        assert (answer.status_code, f"{left} more tries" in answer.content.decode()) == (422, True)
    assert "one more try" in Client().post(link, {"born": "1/5/1950"}).content.decode()
    same_as_dead(Client().post(link, {"born": "1950-05-01"}))
    same_as_dead(Client().post(link, {"born": BORN}))
    request = kept()
    assert (request.state, request.tries, events()[-1]) == ("locked", 5, ("request.locked", "Patient"))


@pytest.mark.parametrize("born", ["12/3/1980", "1980-03-12", "12.03.1980", "March 12, 1980", " 12 mar 1980 "])
def test_date_is_read_in_the_usual_spellings(link, born):
    assert let_in(link, born).get(link).status_code == 200


@pytest.mark.parametrize("born", ["", "yesterday", "31 February 1980", "12/3/80", "x" * 10_000])
def test_date_that_cannot_be_read_is_no_try_and_stays_typed(link, kept, born):
    answer = Client().post(link, {"born": born})
    assert (answer.status_code, kept().tries, f'value="{born[:40]}"' in answer.content.decode()) == (422, 0, True)


def test_cookie_is_for_this_link_only(make_link, link):
    other = make_link("gad-7")
    cookie = let_in(link).cookies["answer"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (link, True, "Strict", 7200)
    thief = Client()
    thief.cookies["answer"] = cookie.value
    assert "data-item" in thief.get(link).content.decode()
    assert "data-item" not in thief.get(other).content.decode()
    assert answers(thief, other, **{"answer-1": "2"}).status_code == 401
    assert thief.get("/patients/").status_code == 302
    assert thief.get("/api/v1/patients/").status_code == 401


@pytest.mark.parametrize("change", [lambda value: value[:-1], lambda value: f"x{value}", lambda value: "", str.upper])
def test_tampered_cookie_opens_nothing(link, change):
    thief = Client()
    thief.cookies["answer"] = change(let_in(link).cookies["answer"].value)
    assert "data-item" not in thief.get(link).content.decode()
    assert answers(thief, link, **{"answer-1": "2"}).status_code == 401


def test_cookie_ends_after_two_hours(link, monkeypatch):
    browser = let_in(link)
    later = time.time() + 2 * 60 * 60 + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    browser.cookies["answer"]["max-age"] = 10**6
    asked = browser.get(link).content.decode()
    assert ("data-item" in asked, 'name="born"' in asked) == (False, True)


def test_pages_are_kept_by_nobody(link):
    for answer in (Client().get(link), Client().get("/answer/none/"), let_in(link).get(link)):
        headers = (answer["Cache-Control"], answer["Referrer-Policy"], answer["X-Robots-Tag"])
        assert headers == ("no-store", "strict-origin", "noindex, nofollow")


def test_form_of_another_site_is_refused(link):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(link, {"born": BORN}).status_code == 403


def test_opening_changes_nothing_but_that_it_was_opened(link, kept):
    assert kept().status_label == "Made"
    Client().head(link)
    assert kept().opened_at is None
    Client().get(link)
    first = kept()
    Client().get(link)
    assert (first.status_label, kept().opened_at, kept(Assessment)) == ("Opened", first.opened_at, None)


def test_somebody_signed_in_sees_what_the_patient_sees(link, practitioner):
    assert shown(practitioner.get("/answer/none/")) == dead_page()[1]
    page = practitioner.get(link).content.decode()
    assert ("Clara" in page, 'name="born"' in page) == (False, True)


def test_page_says_where_there_is_nothing_to_ask(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        child = make_patient(date_of_birth=timezone.localdate() - timedelta(days=5 * 366))
    page = sign_in(riverside.clinician).get(f"/patients/{child.pk}/requests/").content.decode()
    said = "that patients answer themselves is for this patient"
    assert (said in page, "You get a link" in page, "Make the link" in page) == (True, False, False)
