"""What a patient finished by a link by mistake is opened again by the clinic, with the answers there."""

import re
from functools import partial
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client

from clinic.assessments.models import Alert, AnswerRequest, Assessment, AssessmentRevision, Schedule
from clinic.assessments.questionnaire.actions import amend_assessment, change_responses, complete_assessment
from clinic.assessments.record.actions import archive_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.assessments.selfreport.actions import answer_request, create_request, revoke_request
from clinic.assessments.selfreport.reopening import finished_request, reopen_request
from clinic.audit.models import AuditEvent
from clinic.instruments.catalogue import find
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import ALL, chosen, let_in, link_in, same_as_dead
from tests.side_by_side import holds_lock, overlap
from tests.typed import sent_by
from tests.world import Writer, ahead, make_patient

BY = Writer()
FORM = re.compile(
    r'<form class="form no-print"\s+method="post"\s+action="/assessments/[-\w]+/reopen/">.*?</form>', re.S
)


@pytest.fixture
def finished(link, kept):
    """The assessment that the patient finished with three of nine answered, one of them an alert."""
    answer = let_in(link).post(link, {"answer-1": "2", "answer-2": "1", "answer-9": "1", "do": "incomplete"})
    assert answer.status_code == 302
    return kept(Assessment)


@pytest.fixture
def reopen(practitioner, finished):
    """Posts the form of the page; without values as it stands, with a reason."""

    def post(client=practitioner, **values):
        page = client.get(f"/assessments/{finished.pk}/").content.decode()
        form = sent_by("".join(FORM.findall(page)))
        return client.post(
            f"/assessments/{finished.pk}/reopen/", {**form, "reason": "Too early", **values}, follow=True
        )

    return post


def test_patient_finds_the_answers_at_the_new_link_and_completes(reopen, finished, link, kept):
    new = link_in(reopen())
    assert (kept(Assessment).status, kept(Assessment).completed_at, kept().state) == ("in_progress", None, "sent")
    same_as_dead(Client().get(link))
    browser = let_in(new)
    assert chosen(browser, new) == ["1=2", "2=1", "9=1"]
    browser.post(new, {**ALL, "version": kept(Assessment).version, "do": "complete"})
    assert (kept(Assessment).pk, kept(Assessment).status, kept(Assessment).score) == (finished.pk, "completed", 9)
    assert browser.get(f"{new}thanks/").status_code == 200


def test_completion_is_kept_as_a_revision_and_in_the_trail(reopen, finished, riverside, practitioner):
    reopen(reason="  Too early ")
    with clinic_scope(riverside.clinic):
        revision, event = AssessmentRevision.objects.get(), AuditEvent.objects.get(action="assessment.reopened")
        assert (revision.reason, revision.by_name) == ("Too early", "Clara Clinician")
        kept = {name: revision.before[name] for name in ("status", "answers", "completed_at")}
        answers = {"1": 2, "2": 1, "9": 1}
        moment = finished.completed_at.isoformat()
        assert kept == {"status": "completed", "answers": answers, "completed_at": moment}
        assert event.changes == {"status": ["completed", "in_progress"], "reason": [None, "Too early"]}
    page = practitioner.get(f"/assessments/{finished.pk}/").content.decode()
    assert ("Earlier versions" in page, "by Clara Clinician: Too early" in page) == (True, True)


def test_alert_stays_and_schedule_and_latest_results_are_worked_out_again(link, kept, patient, riverside, reopen_as):
    with clinic_scope(riverside.clinic):
        set_schedule(by=BY, patient=patient, definition=find("phq-9"), every_days=14)
    let_in(link).post(link, {**ALL, "do": "complete"})

    def state():
        with clinic_scope(riverside.clinic):
            due, now = Schedule.objects.get().next_due_on, Patient.objects.get(pk=patient.pk)
            return due, now.last_score, now.next_due_on, now.open_alerts, Alert.objects.open().count()

    before = state()
    reopen_as(kept(Assessment))
    assert (before, state()) == ((ahead(14), 9, ahead(14), 1, 1), (ahead(0), None, ahead(0), 1, 1))


@pytest.fixture
def reopen_as(riverside):
    """The action, in the clinic's scope."""

    def run(assessment, **values):
        with clinic_scope(riverside.clinic):
            given = {"version": assessment.version, "new_id": uuid4(), "reason": "Too early", **values}
            return reopen_request(by=BY, clinic=riverside.clinic, assessment=assessment, **given)

    return run


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_reason_is_needed_and_what_was_typed_stays(reopen, reason, kept):
    answer = reopen(reason=reason)
    page = answer.content.decode()
    assert (answer.status_code, "Say why, in at most 500 characters." in page, f">{reason}</textarea>" in page) == (
        422, True, True,
    )  # fmt: skip
    assert (kept(Assessment).status, kept().state) == ("completed", "done")


def test_stale_page_is_a_conflict_with_the_reason_kept(reopen, kept):
    answer = reopen(version="1000")
    page = answer.content.decode()
    assert (answer.status_code, "was not opened again" in page, ">Too early</textarea>" in page) == (409, True, True)
    assert (kept(Assessment).status, kept().state) == ("completed", "done")


def test_form_sent_twice_opens_it_once_and_makes_one_link(reopen, kept, riverside, finished, practitioner):
    form = {"new": str(uuid4()), "version": finished.version, "reason": "Too early"}
    address = f"/assessments/{finished.pk}/reopen/"
    shown = [practitioner.post(address, form, follow=True) for _ in range(2)]
    assert (shown[1].status_code, "was shown once" in shown[1].content.decode()) == (200, True)
    assert chosen(let_in(link_in(shown[0])), link_in(shown[0])) == ["1=2", "2=1", "9=1"]
    with clinic_scope(riverside.clinic):
        assert (AssessmentRevision.objects.count(), AnswerRequest.objects.count()) == (1, 2)


def test_what_was_opened_again_and_finished_can_be_opened_again(reopen, kept):
    new = link_in(reopen())
    let_in(new).post(new, {**ALL, "version": kept(Assessment).version, "do": "complete"})
    assert chosen(let_in(third := link_in(reopen())), third) == [f"{code}=1" for code in range(1, 11)]


def revoked_then_completed_by_staff(assessment, clinic):
    issued = reopen_request(
        by=BY, clinic=clinic, assessment=assessment, version=assessment.version, new_id=uuid4(), reason="Too early"
    )
    complete_assessment(by=BY, id=assessment.pk)
    revoke_request(by=BY, id=issued.request.pk)


CLOSED = {
    "amended": lambda it, _: amend_assessment(by=BY, id=it.pk, reason="Misread", answers={"1": 1}),
    "archived": lambda it, _: archive_assessment(by=BY, id=it.pk),
    "completed by staff after it was opened again": revoked_then_completed_by_staff,
}


@pytest.mark.parametrize("how", CLOSED)
def test_what_the_clinic_changed_is_not_opened_again(how, finished, riverside, practitioner, kept):
    with clinic_scope(riverside.clinic):
        CLOSED[how](finished, riverside.clinic)
    now, page = kept(Assessment), practitioner.get(f"/assessments/{finished.pk}/")
    form = {"new": uuid4(), "version": now.version, "reason": "Too early"}
    answer = practitioner.post(f"/assessments/{finished.pk}/reopen/", form)
    assert (page.status_code, FORM.findall(page.content.decode()), answer.status_code) == (200, [], 409)
    assert (kept(Assessment).status, kept(Assessment).version) == (now.status, now.version)


@pytest.mark.parametrize("complete", [True, False])
def test_what_staff_completed_or_nobody_did_is_not_opened_again(complete, link, kept, riverside, practitioner):
    let_in(link).post(link, {"answer-1": "2", "do": "later"})
    with clinic_scope(riverside.clinic):
        change_responses(by=BY, id=kept(Assessment).pk, answers={"2": 2}, complete=complete)
        assessment = Assessment.objects.get()
        assert finished_request(assessment) is None
    form = {"new": uuid4(), "version": assessment.version, "reason": "Too early"}
    answer = practitioner.post(f"/assessments/{assessment.pk}/reopen/", form)
    assert (answer.status_code, kept(Assessment).version, kept().ended_at) == (409, assessment.version, None)


@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("front_desk", 403)])
def test_who_may_not_assess_opens_nothing_again(riverside, sign_in, finished, role, status, kept):
    client = sign_in(getattr(riverside, role))
    answer = client.post(f"/assessments/{finished.pk}/reopen/", {"version": finished.version, "reason": "x"})
    assert (answer.status_code, kept(Assessment).status) == (status, "completed")
    shown = client.get(f"/assessments/{finished.pk}/").content.decode()
    assert (FORM.findall(shown), "Open again" in shown) == ([], False)


def test_other_clinics_assessment_is_not_there(hillside, sign_in, finished):
    assert sign_in(hillside.clinician).post(f"/assessments/{finished.pk}/reopen/").status_code == 404


def test_api_says_that_it_is_in_progress(reopen, finished, practitioner):
    read = partial(practitioner.get, f"/api/v1/assessments/{finished.pk}/")
    before = read().json()["results"]["status"]
    reopen()
    assert (before, read().json()["results"]["status"]) == ("completed", "in_progress")


@pytest.fixture
def shore(woodside, in_woodside):
    """A committed assessment that a patient finished by a link, and what is kept of its requests."""
    with in_woodside():
        patient = make_patient(gender="female", date_of_birth=ahead(-15_000))
        asked = create_request(
            by=BY, clinic=woodside.clinic, id=uuid4(), patient=patient, user=patient.user, definition=find("phq-9"),
            language="en", days=7,
        ).request  # fmt: skip
        assessment = answer_request(id=asked.pk, answers={"1": 1}, version=None, page=None, complete=True).assessment

    def states():
        with in_woodside():
            rows = AnswerRequest.objects.filter(patient=patient).order_by("created_at")
            revisions = AssessmentRevision.objects.filter(assessment=assessment).count()
            return list(rows.values_list("state", flat=True)), Assessment.objects.get(pk=assessment.pk), revisions

    work = partial(
        reopen_request, by=BY, clinic=woodside.clinic, assessment=assessment, version=assessment.version, reason="Early"
    )
    return SimpleNamespace(assessment=assessment, states=states, reopen=lambda: work(new_id=uuid4()))


def test_two_who_open_it_again_at_once_make_one_link(in_woodside, shore):
    both = overlap(in_woodside, shore.reopen, shore.reopen)
    states, assessment, revisions = shore.states()
    assert (both.refusal, both.waited) == ("Changed", True)
    assert (states, assessment.status, revisions) == (["done", "sent"], "in_progress", 1)


@holds_lock("assessments.questionnaire.reopening.reopen_assessment")
def test_what_is_amended_meanwhile_is_not_opened_again(in_woodside, shore):
    amend = partial(amend_assessment, by=BY, id=shore.assessment.pk, reason="Misread", answers={"1": 2})
    both = overlap(in_woodside, amend, shore.reopen)
    states, assessment, revisions = shore.states()
    assert (both.refusal, both.waited, states) == ("Changed", True, ["done"])
    assert (assessment.status, assessment.answers, revisions) == ("amended", {"1": 2}, 1)
