"""What a patient answers at a link: kept, gone on with, completed, and what it raises."""

from uuid import uuid4

from clinic.assessments.models import Alert, Assessment
from tests.assessments.by_link import ALL, answers, chosen, let_in, same_as_dead


def test_answers_are_resumed_where_they_were_left(link, kept):
    answers(let_in(link), link, **{"answer-1": "2", "answer-3": "0"})
    assert kept().status_label == "Partly answered"
    assert chosen(let_in(link), link) == ["1=2", "3=0"]


def test_nothing_answered_is_not_done(link, kept):
    browser = let_in(link)
    answer = browser.post(link, {"do": "complete"})
    assert (answer.status_code, "Answer at least one" in answer.content.decode()) == (422, True)
    assert (kept().state, kept(Assessment)) == ("opened", None)


def test_answer_that_is_none_is_refused(link, kept):
    browser = let_in(link)
    assert answers(browser, link, **{"answer-1": "7"}).status_code == 422
    assert answers(browser, link, **{"answer-1": "many"}).status_code == 422
    assert kept(Assessment) is None


def test_alert_is_raised_and_tells_whom_to_turn_to(link, kept):
    browser = let_in(link)
    saved = answers(browser, link, **{"answer-9": "1"})
    assert "emergency number" in saved.content.decode()
    assert (kept(Alert).raised_by_id, kept(Alert).open) == (f"patient:{kept().pk}", True)
    assert "emergency number" in browser.get(link).content.decode()
    done = browser.post(link, {**ALL, "answer-9": "0", "version": 1, "do": "complete"})
    assert "emergency number" in browser.get(done["Location"]).content.decode()


def test_clinics_own_words_are_shown_with_an_alert(link, riverside, sign_in):
    owner = sign_in(riverside.owner)
    offered = [f"{name}" for name in ("phq-9", "gad-7")]
    owner.post("/settings/", {"offered": offered, "urgent_text": "Call 0123 at once."})
    assert "Call 0123 at once." in answers(let_in(link), link, **{"answer-9": "2"}).content.decode()


def test_form_that_lost_the_answer_saves_again(link, kept):
    browser, page = let_in(link), uuid4()
    for given in ({"answer-1": "2"}, {"answer-1": "2", "answer-2": "1"}):
        assert browser.post(f"{link}answers/", {"version": "", "page": page, **given}).status_code == 200
    assert kept(Assessment).answers == {"1": 2, "2": 1}


def test_other_window_does_not_write_over_what_is_kept(link, kept):
    browser = let_in(link)
    answers(browser, link, **{"answer-1": "2"})
    answers(browser, link, version=1, **{"answer-1": "2", "answer-2": "1"})
    stale = answers(browser, link, version=1, **{"answer-1": "0"})
    assert (stale.status_code, kept(Assessment).answers) == (409, {"1": 2, "2": 1})
    page = browser.post(link, {"version": 1, "answer-1": "0", "do": "complete"})
    assert (page.status_code, kept().state) == (409, "answering")
    for said in (stale, page):
        assert "Go on with the answers of the other window" in said.content.decode()
    mine = browser.post(link, {"version": 1, "mine": "1", "answer-1": "0", "do": "incomplete"})
    assert (mine.status_code, kept(Assessment).answers) == (302, {"1": 0})


def test_assessment_that_the_clinic_completed_ends_the_link(link, kept, practitioner):
    browser = let_in(link)
    answers(browser, link, **{"answer-1": "2"})
    assessment = kept(Assessment)
    practitioner.post(
        f"/assessments/{assessment.pk}/answer/", {**ALL, "date": "1 March 2026", "version": 1, "do": "complete"}
    )
    assert kept(Assessment).status == "completed"
    same_as_dead(browser.get(link))
    same_as_dead(answers(browser, link, version=2, **{"answer-1": "0"}))
    assert "Done" in practitioner.get(f"/patients/{assessment.patient_id}/assessments/").content.decode()
