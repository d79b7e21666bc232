"""What is sent again under its key is answered as the first was, and nothing is done twice."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from clinic.accounts.models import Submission
from clinic.accounts.submissions import AGAIN, KEPT
from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.conftest import signed_in
from tests.side_by_side import beside, end_of
from tests.world import make_patient


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Ana García")


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


def edited(client, patient, **fields):
    form = {"full_name": patient.full_name, "gender": "female", "date_of_birth": "1 May 1950", "version": 1,
            "record_number": patient.record_number, "user": patient.user_id, **fields}  # fmt: skip
    return client.post(f"/patients/{patient.pk}/edit/", form)


def now(world, patient) -> tuple[str, int, int]:
    with clinic_scope(world.clinic):
        row = Patient.objects.get(pk=patient.pk)
        return row.address, row.version, AuditEvent.objects.filter(record_id=patient.pk).count()


def test_form_sent_again_gets_the_first_answer(riverside, client, patient):
    submission = uuid4()
    first = edited(client, patient, submission=submission, address="Moved")
    again = edited(client, patient, submission=submission, address="Moved")
    assert (first.status_code, again.status_code, again["Location"]) == (302, 302, first["Location"])
    assert now(riverside, patient) == ("Moved", 2, 1)
    assert AGAIN in client.get(again["Location"]).content.decode()


def test_form_sent_again_after_somebody_else_gets_the_first_answer(riverside, client, sign_in, patient):
    submission = uuid4()
    edited(client, patient, submission=submission, address="Moved")
    edited(sign_in(riverside.owner), patient, submission=uuid4(), address="Moved on", version=2)
    assert edited(client, patient, submission=submission, address="Moved").status_code == 302
    assert now(riverside, patient) == ("Moved on", 3, 2)


@pytest.mark.parametrize("other", [{"address": "Elsewhere"}, {"submission": ""}, {"submission": "x"}])
def test_other_content_or_no_key_is_no_retry(riverside, client, patient, other):
    sent = {"submission": uuid4(), "address": "Moved"}
    assert edited(client, patient, **sent).status_code == 302
    assert edited(client, patient, **{**sent, "address": "Elsewhere", **other}).status_code == 409
    assert now(riverside, patient) == ("Moved", 2, 1)


def test_key_of_somebody_else_is_no_retry(riverside, client, sign_in, patient):
    submission = uuid4()
    edited(client, patient, submission=submission, address="Moved")
    other = edited(sign_in(riverside.owner), patient, submission=submission, address="Moved", version=2)
    assert (other.status_code, AGAIN in sign_in(riverside.owner).get(other["Location"]).content.decode()) == (
        302,
        False,
    )


def test_refused_form_is_no_first_answer(riverside, client, patient):
    sent = {"submission": uuid4(), "address": "Moved"}
    assert edited(client, patient, **sent, date_of_birth="never").status_code == 422
    assert edited(client, patient, **sent).status_code == 302
    assert now(riverside, patient) == ("Moved", 2, 1)


def test_line_ends_of_the_network_are_no_other_content(riverside, client, patient):
    submission = uuid4()
    edited(client, patient, submission=submission, address="a\nb")
    assert edited(client, patient, submission=submission, address="a\r\nb").status_code == 302
    assert now(riverside, patient) == ("a\nb", 2, 1)


def test_another_file_is_other_content(client, patient):
    """A file of the same name is compared by what it holds."""
    sent, found = {"submission": uuid4(), "address": "Moved"}, []
    for text in (b"one", b"one", b"two"):
        assert edited(client, patient, **sent, file=SimpleUploadedFile("one.txt", text)).status_code == 302
        found.append(Submission.objects.get(key=f"form {sent['submission']}").checksum)
    assert [found[0] == found[1], found[1] == found[2]] == [True, False]


def test_stale_form_that_says_what_is_there_is_no_conflict(riverside, client, patient):
    """As where the page was loaded anew by the browser, with another id: nobody is a stranger to the same change."""
    edited(client, patient, submission=uuid4(), address="Moved")
    assert edited(client, patient, submission=uuid4(), address="Moved").status_code == 302
    assert edited(client, patient, submission=uuid4(), address="Moved on").status_code == 409
    assert now(riverside, patient) == ("Moved", 2, 1)


def test_address_with_a_query_is_not_kept(client):
    """It may hold what somebody searched for, and this is no clinic's table."""
    answer = client.post("/lists/shortcuts/", {"submission": uuid4(), "next": "/patients/?q=Garcia", "shortcuts": "on"})
    found = Submission.objects.get()
    assert (answer["Location"], found.status, found.address) == ("/patients/?q=Garcia", 0, "")


@in_one_zone
@pytest.mark.clock("clinic/accounts/submissions.py:_claim")
def test_key_is_known_for_a_week(clock, riverside, client, patient):
    edited(client, patient, submission=uuid4(), address="Moved")
    found = Submission.objects.get()
    assert (found.created_at, KEPT) == (clock.moment, timedelta(days=7))


def test_clearing_takes_keys_older_than_a_week(harbour_submissions):
    call_command("clear_sessions", stdout=io.StringIO())
    assert sorted(Submission.objects.using("owner").values_list("key", flat=True)) == ["form new"]


@pytest.fixture
def harbour_submissions(lakeside):
    for key, age in (("form new", KEPT - timedelta(minutes=1)), ("form old", KEPT + timedelta(minutes=1))):
        Submission.objects.using("owner").create(
            actor="x", clinic_id=lakeside.clinic.pk, key=key, checksum="", created_at=timezone.now() - age
        )


def test_two_at_once_make_one(lakeside):
    """The second waits for the first, and gets its answer."""
    clients = [signed_in(Client(), lakeside.clinician) for _ in range(2)]
    form = {"full_name": "Twin Once", "gender": "female", "date_of_birth": "1 May 1950",
            "user": str(lakeside.clinician.pk), "submission": str(uuid4())}  # fmt: skip
    work = [beside(lambda client=client: client.post("/patients/new/", form)) for client in clients]
    answers = [end_of(each) for each in work]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    with clinic_scope(lakeside.clinic):
        assert Patient.objects.filter(full_name="Twin Once").count() == 1
