"""A patient's link: what it opens, and to whom it opens nothing."""

import re
import time
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from clinic.accounts.links import checksum
from clinic.accounts.models import AnswerLink
from clinic.assessments.models import AnswerRequest, Assessment, RiskAlert
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

BORN = "12 March 1980"
ALL = {f"answer-{code}": "1" for code in range(1, 11)}
SECRET = "Quendolyn Secretname"


@pytest.fixture
def practitioner(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(
            full_name=SECRET, family_name="Secretname", gender="female", date_of_birth=date(1980, 3, 12)
        )


@pytest.fixture
def make_link(practitioner, patient):
    """A function that asks the patient and gives the path of the link, as the page shows it."""

    def make(instrument="phq-9", days=7, id=None) -> str:
        form = {"id": id or uuid4(), "instrument": instrument, "days": days}
        page = practitioner.post(f"/patients/{patient.pk}/requests/", form)
        assert page.status_code == 200, page.content.decode()
        found = re.search(r'value="http://testserver(/answer/[a-z0-9]+/)"', page.content.decode())
        assert found is not None
        return found[1]

    return make


@pytest.fixture
def link(make_link):
    return make_link()


@pytest.fixture
def kept(riverside):
    """The newest row of a model, as it is kept."""

    def read(model=AnswerRequest):
        with clinic_scope(riverside.clinic):
            order = "-created_at" if model is not RiskAlert else "-raised_at"
            rows = model.objects.order_by(order)
            return (rows.select_related("assessment") if model is AnswerRequest else rows).first()

    return read


@pytest.fixture
def events(riverside):
    def read() -> list[tuple[str, str]]:
        with clinic_scope(riverside.clinic):
            rows = AuditEvent.objects.order_by("pk").values_list("action", "actor_name")
            return [row for row in rows if row[0].startswith(("request.", "handover."))]

    return read


def let_in(link: str, born: str = BORN) -> Client:
    """A browser that wrote the date of birth."""
    browser = Client()
    browser.get(link)
    answer = browser.post(link, {"born": born})
    assert (answer.status_code, answer["Location"]) == (302, link)
    return browser


def answers(browser: Client, link: str, version: object = "", **chosen: str):
    return browser.post(f"{link}answers/", {"version": version, "page": uuid4(), **chosen})


def chosen(browser: Client, link: str) -> list[str]:
    """What is chosen on the sheet that is shown."""
    inputs = re.findall(r"<input type=\"radio\"[^>]*>", browser.get(link).content.decode())
    found = [re.search(r'name="answer-(\w+)"\s+value="(\w+)"', text) for text in inputs if "checked" in text]
    return [f"{match[1]}={match[2]}" for match in found if match]


def dead_page() -> tuple[int, str]:
    answer = Client().get("/answer/nobodyeverhadthistoken/")
    return answer.status_code, shown(answer)


def shown(answer) -> str:
    """A page without what differs between any two: the nonce of its scripts."""
    return re.sub(r'nonce="[^"]*"', "", answer.content.decode())


def same_as_dead(answer) -> None:
    assert (answer.status_code, shown(answer)) == dead_page()


def test_whole_way(link, kept, events):
    browser = let_in(link)
    sheet = browser.get(link).content.decode()
    assert sheet.count("data-item") == 10
    saved = answers(browser, link, **{"answer-1": "2"})
    assert (saved.status_code, "1 of 10 answered" in saved.content.decode()) == (200, True)
    done = browser.post(link, {**ALL, "version": kept(Assessment).version, "do": "complete"})
    assert done["Location"] == f"{link}thanks/"
    assert "Your answers have arrived" in browser.get(done["Location"]).content.decode()
    sitting, request = kept(Assessment), kept()
    assert (sitting.status, sitting.score, request.state, request.assessment_id) == ("completed", 9, "done", sitting.pk)
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


def test_used_link_is_dead_for_everybody(link, kept):
    browser = let_in(link)
    browser.post(link, {**ALL, "do": "complete"})
    for visitor in (browser, Client()):
        same_as_dead(visitor.get(link))
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


def test_link_that_runs_out_in_public_is_dead(link, monkeypatch):
    later = timezone.now() + timedelta(days=8)
    monkeypatch.setattr("clinic.accounts.links.timezone.now", lambda: later)
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


def test_stranger_learns_nothing_but_the_clinic(link):
    pages = [Client().get(link), Client().post(link, {"born": "1 May 1950"}), Client().get(f"{link}thanks/")]
    for word in (SECRET, "Secretname", "PHQ", "1980", "T-", "Clara"):
        assert [word for page in pages if word in page.content.decode()] == []


def test_sheet_names_nobody_and_tells_no_score(link, kept):
    browser = let_in(link)
    saved = answers(browser, link, **{f"answer-{code}": "3" for code in range(1, 10)})
    done = browser.post(link, {**ALL, "answer-9": "3", "version": kept(Assessment).version, "do": "complete"})
    texts = [page.content.decode() for page in (browser.get(done["Location"]), saved)]
    for word in ("Secretname", "Severe", "severe", "Total", "27", "Risk", "self-harm", "Clara"):
        assert [word for text in texts if word in text] == []


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
    assert "data-item" not in browser.get(link).content.decode()


def test_pages_are_kept_by_nobody(link):
    for answer in (Client().get(link), Client().get("/answer/none/"), let_in(link).get(link)):
        headers = (answer["Cache-Control"], answer["Referrer-Policy"], answer["X-Robots-Tag"])
        assert headers == ("no-store", "strict-origin", "noindex, nofollow")


def test_form_of_another_site_is_refused(link):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(link, {"born": BORN}).status_code == 403


def test_opening_changes_nothing_but_that_it_was_opened(link, kept):
    assert kept().status_label == "Sent"
    Client().head(link)
    assert kept().opened_at is None
    Client().get(link)
    first = kept()
    Client().get(link)
    assert (first.status_label, kept().opened_at, kept(Assessment)) == ("Opened", first.opened_at, None)


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
    assert (kept(RiskAlert).raised_by_id, kept(RiskAlert).open) == (f"patient:{kept().pk}", True)
    assert "emergency number" in browser.get(link).content.decode()
    done = browser.post(link, {**ALL, "answer-9": "0", "version": 1, "do": "complete"})
    assert "emergency number" in browser.get(done["Location"]).content.decode()


def test_clinics_own_words_are_shown_with_an_alert(link, riverside, sign_in):
    owner = sign_in(riverside.owner)
    offered = [f"{name}" for name in ("phq-9", "gad-7")]
    owner.post("/settings/", {"offered": offered, "urgent_text": "Call 0123 at once."})
    assert "Call 0123 at once." in answers(let_in(link), link, **{"answer-9": "2"}).content.decode()


def test_sheet_that_lost_the_answer_saves_again(link, kept):
    browser, page = let_in(link), uuid4()
    for chosen in ({"answer-1": "2"}, {"answer-1": "2", "answer-2": "1"}):
        assert browser.post(f"{link}answers/", {"version": "", "page": page, **chosen}).status_code == 200
    assert kept(Assessment).answers == {"1": 2, "2": 1}


def test_other_window_does_not_write_over_what_is_kept(link, kept):
    browser = let_in(link)
    answers(browser, link, **{"answer-1": "2"})
    answers(browser, link, version=1, **{"answer-1": "2", "answer-2": "1"})
    stale = answers(browser, link, version=1, **{"answer-1": "0"})
    assert (stale.status_code, kept(Assessment).answers) == (409, {"1": 2, "2": 1})
    page = browser.post(link, {"version": 1, "answer-1": "0", "do": "complete"})
    assert (page.status_code, kept().state) == (409, "answering")
    mine = browser.post(link, {"version": 1, "mine": "1", "answer-1": "0", "do": "complete"})
    assert (mine.status_code, kept(Assessment).answers) == (302, {"1": 0})


def test_sitting_that_the_clinic_completed_ends_the_link(link, kept, practitioner):
    browser = let_in(link)
    answers(browser, link, **{"answer-1": "2"})
    sitting = kept(Assessment)
    practitioner.post(
        f"/assessments/{sitting.pk}/answer/", {**ALL, "date": "1 March 2026", "version": 1, "do": "complete"}
    )
    assert kept(Assessment).status == "completed"
    same_as_dead(browser.get(link))
    same_as_dead(answers(browser, link, version=2, **{"answer-1": "0"}))
    assert "Done" in practitioner.get(f"/patients/{sitting.patient_id}/assessments/").content.decode()


def test_somebody_signed_in_sees_what_the_patient_sees(link, practitioner):
    assert shown(practitioner.get("/answer/none/")) == dead_page()[1]
    assert "Clara" not in practitioner.get(link).content.decode()
