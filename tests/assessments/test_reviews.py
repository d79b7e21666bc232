"""What comes in without a clinician stays until somebody has looked."""

import re
from datetime import date
from types import SimpleNamespace
from uuid import uuid4

import pytest

from clinic.access import Actor
from clinic.assessments.models import Review
from clinic.assessments.questionnaire.actions import amend_assessment, save_responses, start_assessment
from clinic.assessments.record.actions import create_assessment
from clinic.assessments.reviews.mails import mail_waiting
from clinic.assessments.selfreport.actions import answer_request, create_request
from clinic.audit.models import AuditEvent
from clinic.instruments.files.toml import shipped
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.world import Writer, make_patient

PHQ9, GAD7 = shipped()["phq-9", "1"], shipped()["gad-7", "1"]
PROGRAM = Actor("client:7", "Laboratory")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def came(riverside):
    """Somebody who answered one link wholly and another in part, and a program that sent a free assessment."""
    with clinic_scope(riverside.clinic):
        patient = make_patient(full_name="Rena Review", family_name="Review", user_id=riverside.clinician.pk)
        about = {"by": Writer(), "patient": patient, "user": patient.user, "language": "en", "days": 7}
        found = []
        for definition, complete in ((PHQ9, True), (GAD7, False)):
            asked = create_request(**about, clinic=riverside.clinic, id=uuid4(), definition=definition).request
            given = {str(code): 1 for code in range(1, 10 if complete else 4)}
            found.append(
                answer_request(id=asked.pk, answers=given, version=None, page=None, complete=complete).assessment
            )
        free = {"patient": patient, "user": patient.user, "name": "Walk", "type": "physical", "date": date(2026, 3, 1)}
        sent = create_assessment(by=PROGRAM, **free)
    return SimpleNamespace(patient=patient, whole=found[0], part=found[1], free=sent)


def line(world, assessment):
    with clinic_scope(world.clinic):
        row = Review.objects.get(pk=assessment.pk)
    return row.reviewed_at is None, row.reviewed_by_name, row.note


def listed(client, query=""):
    page = client.get(f"/reviews/{query}").content.decode()
    return re.findall(r'<li id="review-([\w-]+)"', page)


def mark(client, assessment, headers=None, **more):
    sent = {"version": assessment.version, **more}
    return client.post(f"/reviews/{assessment.pk}/mark/", sent, headers=headers or {})


def test_what_patients_and_programs_sent_waits_and_what_staff_wrote_does_not(riverside, sign_in, came):
    with clinic_scope(riverside.clinic):
        start_assessment(
            by=Writer(), definition=PHQ9, patient=came.patient, user=came.patient.user, date=date(2026, 3, 1),
            answers={"1": 1},
        )  # fmt: skip
    client = sign_in(riverside.clinician)
    assert listed(client) == [str(each.pk) for each in (came.whole, came.part, came.free)]
    page = client.get("/reviews/").content.decode()
    assert [words in page for words in ("By the patient's link", "By a program", "In progress")] == [False, True, True]
    assert "By the patient&#x27;s link" in page


def test_reviewed_says_by_whom_and_when_and_leaves_the_list(riverside, sign_in, came):
    client = sign_in(riverside.clinician)
    assert mark(client, came.whole, note=" Called her. ")["Location"] == "/reviews/"
    assert line(riverside, came.whole) == (False, "Clara Clinician", "Called her.")
    assert listed(client) == [str(came.part.pk), str(came.free.pk)]
    assert listed(client, "?state=reviewed") == [str(came.whole.pk)]
    with clinic_scope(riverside.clinic):
        event = AuditEvent.objects.get(action="assessment.reviewed")
    assert (event.record_id, event.patient_id, event.changes["note"]) == (
        came.whole.pk, came.patient.pk, ["", "Called her."],
    )  # fmt: skip


def test_marking_twice_keeps_the_first_review(riverside, sign_in, came):
    mark(sign_in(riverside.clinician), came.whole, note="First")
    assert mark(sign_in(riverside.owner), came.whole, note="Second").status_code == 302
    assert line(riverside, came.whole) == (False, "Clara Clinician", "First")


def test_review_is_taken_back_in_place_by_whoever_did_it(riverside, sign_in, came):
    client = sign_in(riverside.clinician)
    shown = mark(client, came.whole, HTMX, note="Seen").content.decode()
    assert (f'hx-post="/reviews/{came.whole.pk}/undo/"' in shown, "Reviewed by" in shown) == (True, True)
    refused = sign_in(riverside.owner).post(f"/reviews/{came.whole.pk}/undo/", headers=HTMX)
    assert (refused.status_code, line(riverside, came.whole)[0]) == (409, False)
    again = client.post(f"/reviews/{came.whole.pk}/undo/", headers=HTMX).content.decode()
    assert (f'hx-post="/reviews/{came.whole.pk}/mark/"' in again, line(riverside, came.whole)) == (True, (True, "", ""))


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_what_was_answered_meanwhile_is_not_marked_and_the_word_stays(riverside, sign_in, came, headers):
    client = sign_in(riverside.clinician)
    with clinic_scope(riverside.clinic):
        save_responses(by=Actor(f"patient:{uuid4()}", "Rena"), id=came.part.pk, answers={"5": 2})
    answer = mark(client, came.part, headers, note="Half of it")
    assert (answer.status_code, line(riverside, came.part)[0]) == (409, True)
    page = answer.content.decode()
    assert ('value="Half of it"' in page, "More was answered meanwhile" in page) == (True, True)


def test_what_is_answered_after_a_review_waits_again(riverside, sign_in, came):
    mark(sign_in(riverside.clinician), came.part)
    with clinic_scope(riverside.clinic):
        save_responses(by=Actor(f"patient:{uuid4()}", "Rena"), id=came.part.pk, answers={"5": 2})
    assert line(riverside, came.part) == (True, "", "")


def test_what_staff_amend_after_a_review_stays_reviewed(riverside, sign_in, came):
    mark(sign_in(riverside.clinician), came.whole)
    with clinic_scope(riverside.clinic):
        amend_assessment(by=Writer(), id=came.whole.pk, answers={"1": 2}, reason="Misread")
    assert line(riverside, came.whole)[0] is False


@pytest.mark.parametrize("note", ["x" * 501, "a\x00b"])
def test_word_that_cannot_be_kept_is_refused(riverside, sign_in, came, note):
    assert mark(sign_in(riverside.clinician), came.whole, note=note).status_code == 422
    assert line(riverside, came.whole) == (True, "", "")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?instrument=phq-9", ["whole"]),
        ("?instrument=gad-7", ["part"]),
        ("?severity=1", ["whole"]),
        ("?severity=4", []),
        ("?q=rena", ["whole", "part", "free"]),
        ("?q=somebody+else", []),
        ("?user={owner}", []),
        ("?user={clinician}&state=all", ["whole", "part", "free"]),
    ],
)
def test_list_is_narrowed(riverside, sign_in, came, query, names):
    query = query.format(owner=riverside.owner.pk, clinician=riverside.clinician.pk)
    expected = [str(getattr(came, name).pk) for name in names]
    assert listed(sign_in(riverside.clinician), query) == expected


def test_list_counts_what_waits_and_leaves_out_what_is_archived(riverside, sign_in, came):
    client = sign_in(riverside.clinician)
    counts = [re.findall(r'id="count-reviews"[^>]*>\s*(\d*)', client.get("/worklists/counts/").content.decode())]
    client.post(f"/assessments/{came.free.pk}/archive/")
    counts.append(re.findall(r'id="count-reviews"[^>]*>\s*(\d*)', client.get("/worklists/counts/").content.decode()))
    assert (counts, len(listed(client))) == ([["3"], ["2"]], 2)


def test_auditor_sees_the_list_and_marks_nothing(riverside, sign_in, came):
    client = sign_in(riverside.auditor)
    assert (len(listed(client)), mark(client, came.whole).status_code) == (3, 403)
    assert line(riverside, came.whole)[0] is True


def test_page_of_the_assessment_offers_the_review(riverside, sign_in, came):
    page = sign_in(riverside.clinician).get(f"/assessments/{came.whole.pk}/").content.decode()
    assert f'action="/reviews/{came.whole.pk}/mark/"' in page


def test_mail_of_the_day_has_counts_and_no_patient(riverside, hillside, came, mailoutbox):
    with clinic_scope(riverside.clinic):
        another = make_patient(full_name="Ned Nearby", family_name="Nearby", user_id=riverside.owner.pk)
        about = {"patient": another, "user_id": riverside.clinician.pk, "name": "Run", "type": "physical"}
        create_assessment(by=PROGRAM, date=date(2026, 3, 1), **about)
    mail_waiting()
    told = {mail.to[0]: (mail.subject, mail.body) for mail in mailoutbox if "Filled" not in mail.subject}
    assert {address: subject for address, (subject, _) in told.items()} == {
        riverside.clinician.email: "3 results wait for a review in Riverside",
        riverside.owner.email: "1 result waits for a review in Riverside",
    }
    assert [name for name in ("Rena", "Ned", "PHQ", "Walk") for _, body in told.values() if name in body] == []


@in_one_zone
@pytest.mark.clock(
    "clinic/assessments/record/incoming.py:note_incoming", "clinic/assessments/reviews/actions.py:mark_reviewed"
)
def test_review_says_when_it_came_and_when_somebody_looked(clock, riverside, sign_in, came):
    came_at = clock.moment
    clock.move(minutes=5)
    mark(sign_in(riverside.clinician), came.whole)
    with clinic_scope(riverside.clinic):
        row = Review.objects.get(pk=came.whole.pk)
    assert (row.came_at, row.reviewed_at) == (came_at, clock.moment)
