"""A final button with items open says which, and another one finishes: for staff, at a link, on a shared device."""

import re
from datetime import date
from uuid import uuid4

import pytest

from clinic.assessments.models import Assessment
from clinic.assessments.models.alerts import Alert
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.files.toml import shipped
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import let_in
from tests.world import Writer, make_patient

GAD7 = shipped()["gad-7", "1"]
BY = Writer()
THREE = {"answer-1": "2", "answer-2": "0", "answer-6": "3"}
REST = {f"answer-{code}": "1" for code in (3, 4, 5, 7)}
OPEN = ["3", "4", "5", "7"]


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(gender="female", date_of_birth=date(1980, 3, 12))


@pytest.fixture
def staff(patient, riverside, sign_in):
    """A function that posts the staff's form of a GAD-7."""
    client, key = sign_in(riverside.clinician), uuid4()
    form = {"id": key, "patient": patient.pk, "instrument": "gad-7", "date": "1 March 2026"}
    address = f"/assessments/new/?patient={patient.pk}&instrument=gad-7"
    return lambda **more: client.post(address, {**form, **more}, follow=True)


@pytest.fixture
def at_link(make_link):
    link = make_link("gad-7")
    browser = let_in(link)
    return lambda **more: browser.post(link, more, follow=True)


@pytest.fixture
def on_device(patient, riverside, sign_in):
    client, key = sign_in(riverside.clinician), uuid4()
    form = {"id": key, "patient": patient.pk, "instrument": "gad-7", "date": "1 March 2026", "do": "share"}
    assert client.post(f"/assessments/new/?patient={patient.pk}&instrument=gad-7", form)["Location"] == "/handover/"
    return lambda **more: client.post("/handover/", {"version": 1, **more}, follow=True)


@pytest.fixture(params=["staff", "at_link", "on_device"])
def post(request):
    """A function that posts the form, in each of the three ways to answer."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def look(riverside):
    def read() -> Assessment | None:
        with clinic_scope(riverside.clinic):
            return Assessment.objects.first()

    return read


def version_of(page: str) -> str:
    return re.findall(r'name="version" value="(\d*)"', page)[-1]


def test_final_button_names_what_is_open_and_finishes_nothing(post, look):
    answer = post(**THREE, do="complete")
    page = answer.content.decode()
    assert (answer.status_code, re.findall(r'<li>\s*<a href="#item-(\w+)"', page)) == (200, OPEN)
    assert (look().status, look().completed_at, look().answered) == ("in_progress", None, 3)


@pytest.mark.parametrize("way", ["staff", "link", "device"])
def test_alert_is_raised_whether_or_not_somebody_finishes(patient, make_link, riverside, sign_in, way):
    """Whoever closes the page at the question has said what needs action."""
    risky = {"answer-1": "2", "answer-9": "3", "do": "complete"}
    client, address = sign_in(riverside.clinician), f"/assessments/new/?patient={patient.pk}&instrument=phq-9"
    form = {"id": uuid4(), "patient": patient.pk, "instrument": "phq-9", "date": "1 March 2026"}
    if way == "link":
        link = make_link("phq-9")
        answer = let_in(link).post(link, risky)
    elif way == "device":
        client.post(address, {**form, "do": "share"})
        answer = client.post("/handover/", {"version": 1, **risky})
    else:
        answer = client.post(address, {**form, **risky})
    with clinic_scope(riverside.clinic):
        assert (answer.status_code, Alert.objects.count(), Assessment.objects.get().status) == (302, 1, "in_progress")


def test_everything_that_was_chosen_is_on_the_page(post):
    page = post(**THREE, do="complete").content.decode()
    chosen = re.findall(r'name="(answer-\d)"\s+value="(\d)"[^>]*checked', page)
    assert dict(chosen) == THREE


def test_explicit_button_finishes_without_a_score(post, look):
    page = post(**THREE, do="complete").content.decode()
    assert re.findall(r'name="do"\s+value="(\w+)"', page)[-1] == "incomplete"
    assert post(**THREE, do="incomplete", version=version_of(page)).redirect_chain[0][1] == 302
    assert (look().status, look().score, look().answered) == ("completed", None, 3)


def test_what_was_open_is_answered_and_finished_with_a_score(post, look):
    page = post(**THREE, do="complete").content.decode()
    assert post(**THREE, **REST, do="complete", version=version_of(page)).redirect_chain[0][1] == 302
    assert (look().status, look().score) == ("completed", 9)


def test_whole_questionnaire_is_finished_without_a_question(post, look):
    assert post(**THREE, **REST, do="complete").redirect_chain[0][1] == 302
    assert (look().status, look().score) == ("completed", 9)


def test_button_that_the_enter_key_presses_is_not_the_one_that_finishes_it_so(post):
    page = post(**THREE, do="complete").content.decode()
    form = page[page.index('class="questionnaire"') :]
    assert re.findall(r'type="submit"[^>]*value="(\w+)"', form)[0] == "complete"


def test_nothing_answered_cannot_be_finished_by_either_button(post, look):
    assert [post(do=button).status_code for button in ("complete", "incomplete")] == [422, 422]
    assert look() is None or look().status == "planned"


def test_answer_that_cannot_be_is_said_before_what_is_open(post, look):
    page = post(**THREE, **{"answer-3": "7"}, do="complete").content.decode()
    assert ("open-items" in page, "field-error" in page) == (False, True)


def test_item_that_does_not_count_is_not_asked_for(patient, riverside, sign_in, look):
    nine = {f"answer-{code}": "1" for code in range(1, 10)}
    form = {"id": uuid4(), "patient": patient.pk, "instrument": "phq-9", "date": "1 March 2026", **nine}
    address = f"/assessments/new/?patient={patient.pk}&instrument=phq-9"
    assert sign_in(riverside.clinician).post(address, {**form, "do": "complete"}).status_code == 302
    assert look().score == 9


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def test_staff_are_told_how_much_is_answered(staff):
    said = words(staff(**THREE, do="complete"))
    assert ("3 of 7 answered Nothing is finished yet." in said, "Go back Finish without a score" in said) == (
        True,
        True,
    )


def test_patient_is_told_in_their_words(at_link):
    said = words(at_link(**THREE, do="complete"))
    assert ("4 questions are not answered." in said, "Show them Send as it is" in said) == (True, True)


def test_one_open_question_is_one(on_device):
    said = words(on_device(**{**THREE, **REST, "answer-7": ""}, do="complete"))
    assert ("1 question is not answered." in said, "Show it Send as it is" in said) == (True, True)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"do": "incomplete"}, "Assessment completed without a score. Its schedule stays due."),
        ({**REST, "do": "complete"}, "Assessment completed."),
        ({"do": "incomplete", "instrument": "phq-9"}, "Assessment completed without a score."),
    ],
)
def test_staff_are_told_that_a_schedule_stays_due(staff, patient, riverside, more, said):
    with clinic_scope(riverside.clinic):
        set_schedule(by=BY, patient=patient, definition=GAD7, every_days=14, starts_on=date(2026, 2, 1))
    answer = staff(**THREE, **more)
    assert said in [str(message) for message in answer.wsgi_request._messages]


def test_api_completes_with_items_open_as_before(patient, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        made = start_assessment(
            by=BY, definition=GAD7, patient=patient, user=patient.user, date=date(2026, 3, 1), answers={"1": 2}
        ).assessment
    client = sign_in(riverside.clinician)
    answer = client.patch(f"/api/v1/assessments/{made.pk}/", {"complete": True}, content_type="application/json")
    assert (answer.status_code, answer.json()["results"]["score"]) == (200, None)
