"""Whoever died or is archived is asked nothing: not by a link, not by a schedule, on no list; and is asked again."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from clinic.assessments.models import AnswerRequest, Assessment, Schedule
from clinic.assessments.schedules.actions import set_schedule
from clinic.assessments.selfreport.actions import create_request
from clinic.instruments.files.toml import shipped
from clinic.patients.actions import archive_patient, restore_patient, update_patient
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import same_as_dead
from tests.clock import in_one_zone
from tests.world import Writer, ahead, make_patient

PHQ9, GAD7 = shipped()["phq-9", "1"], shipped()["gad-7", "1"]
BY = Writer()
DIED, ARCHIVED = "recorded as deceased", "is archived"
REASONS = [("deceased", DIED), ("archived", ARCHIVED)]


@pytest.fixture
def client(sign_in, riverside):
    return sign_in(riverside.clinician)


@pytest.fixture
def person(sign_in, riverside):
    return sign_in(riverside.owner)


@pytest.fixture
def at(riverside):
    """A clinician's patient who is due, with a link that waits for its answers since days."""
    with clinic_scope(riverside.clinic):
        patient = make_patient(full_name="Nora Never", family_name="Never", user_id=riverside.clinician.pk)
        schedule = set_schedule(by=BY, patient=patient, definition=GAD7, every_days=14, starts_on=ahead(-3))
        about = {"by": BY, "patient": patient, "user": patient.user, "language": "en", "days": 7}
        made = create_request(**about, clinic=riverside.clinic, id=uuid4(), definition=GAD7)
        AnswerRequest.objects.update(created_at=timezone.now() - timedelta(days=3))
    return SimpleNamespace(patient=patient, schedule=schedule, link=made, clinic=riverside.clinic)


def become(at, what: str) -> None:
    with clinic_scope(at.clinic):
        if what == "archived":
            archive_patient(by=BY, id=at.patient.pk)
        else:
            update_patient(by=BY, id=at.patient.pk, version=None, status=what)


def shown(client, address: str) -> bool:
    return "Never, Nora" in client.get(address).content.decode()


def lists(client) -> dict[str, bool]:
    """Where the patient is among those who are to be asked."""
    counts = client.get("/worklists/counts/").content.decode()
    api = client.get("/api/v1/schedules/?when=all").json()["results"]
    return {
        "due": shown(client, "/worklists/due/"),
        "every schedule": shown(client, "/worklists/due/?when=all"),
        "today": shown(client, "/worklists/today/"),
        "overdue patients": shown(client, "/patients/?due=overdue"),
        "count": 'id="count-due"' in counts and ">1<" in "".join(counts.split()),
        "programs": api != [],
    }


@pytest.mark.parametrize("what", ["deceased", "archived"])
def test_lists_of_who_is_to_be_asked_leave_them_out_and_have_them_back(at, client, what):
    assert set(lists(client).values()) == {True}
    become(at, what)
    assert set(lists(client).values()) == {False}
    with clinic_scope(at.clinic):
        restore_patient(by=BY, id=at.patient.pk)
        update_patient(by=BY, id=at.patient.pk, version=None, status="active")
    assert set(lists(client).values()) == {True}


def test_discharged_may_be_asked_how_they_are(at, client):
    become(at, "discharged")
    assert set(lists(client).values()) == {True}


def test_row_of_who_died_says_no_day(at, client):
    row = "/patients/?status=deceased"
    become(at, "deceased")
    page = client.get(row).content.decode()
    assert ("Never, Nora" in page, "overdue" in page.partition("<tbody")[2].partition("</tbody")[0]) == (True, False)


@pytest.mark.parametrize(("what", "said"), REASONS)
def test_pages_refuse_and_keep_what_was_written(at, client, what, said):
    become(at, what)
    sent = {"id": uuid4(), "instrument": "phq-9", "days": "14", "language": "en"}
    link = client.post(f"/patients/{at.patient.pk}/requests/", sent)
    plan = {"instrument": "phq-9", "every": "5", "every_unit": "weeks", "then_unit": "months"}
    schedule = client.post(f"/patients/{at.patient.pk}/plans/", plan)
    renewed = client.post(f"/requests/{at.link.request.pk}/renew/", {"new": uuid4()})
    answers = [(each.status_code, said in each.content.decode()) for each in (link, schedule, renewed)]
    assert answers == [(422, True), (422, True), (409, True)]
    assert 'value="5"' in schedule.content.decode()
    with clinic_scope(at.clinic):
        assert (AnswerRequest.objects.count(), Schedule.objects.count()) == (1, 1)


@pytest.mark.parametrize(("what", "said"), REASONS)
def test_pages_offer_none_of_it(at, client, what, said):
    addresses = [f"/patients/{at.patient.pk}/{page}/" for page in ("course", "assessments", "summary")]
    offers = ("Schedule an instrument", "Answer now", "Link for the patient", "New link", "assessments/new/?patient=")

    def offered() -> set[str]:
        return {each for address in addresses for each in offers if each in client.get(address).content.decode()}

    assert offered() == set(offers)
    become(at, what)
    assert offered() == set()
    assert said in client.get(addresses[0]).content.decode()


@pytest.mark.parametrize(("what", "said"), REASONS)
def test_programs_are_refused_by_the_field(at, person, what, said):
    become(at, what)
    about = {"patient": str(at.patient.pk), "instrument": "phq-9"}
    bodies = {"schedules": {**about, "every": 2, "every_unit": "weeks"}, "requests": {**about, "days": 7}}
    for name, body in bodies.items():
        answer = person.post(f"/api/v1/{name}/", body, content_type="application/json")
        error = answer.json()["error"]
        assert (answer.status_code, list(error["fields"]), error["codes"]) == (
            400,
            ["patient"],
            {"patient": ["together"]},
        )
        assert said in error["fields"]["patient"][0]


def test_link_of_who_died_leads_nowhere_and_may_be_taken_back(at, client):
    address = f"/answer/{at.link.token}/"
    assert Client().get(address).status_code == 200
    become(at, "deceased")
    same_as_dead(Client().get(address))
    same_as_dead(Client().post(address, {"born": "1 May 1950"}))
    assert "Revoked" in client.get(f"/patients/{at.patient.pk}/assessments/").content.decode()
    become(at, "active")
    assert Client().get(address).status_code == 200


def test_link_of_who_is_archived_is_answered_still(at):
    become(at, "archived")
    assert Client().get(f"/answer/{at.link.token}/").status_code == 200


@pytest.mark.parametrize("what", ["deceased", "archived"])
def test_what_was_answered_before_is_recorded_all_the_same(at, person, what):
    become(at, what)
    body = {"patient": str(at.patient.pk), "instrument": "phq-9", "date": ahead(-5).isoformat(), "answers": {"1": 1}}
    assert person.post("/api/v1/assessments/", body, content_type="application/json").status_code == 201
    with clinic_scope(at.clinic):
        assert Assessment.objects.filter(patient=at.patient, date=ahead(-5)).count() == 1


@in_one_zone
@pytest.mark.clock("clinic/api/objects/worklists.py:NewScheduleSerializer.validate_starts_on")
@pytest.mark.parametrize(("days", "status"), [(3660, 201), (-3660, 201), (3661, 400), (-3661, 400)])
def test_schedule_begins_at_most_ten_years_from_today(clock, riverside, sign_in, days, status):
    with clinic_scope(riverside.clinic):
        about = {"patient": str(make_patient().pk), "instrument": "phq-9", "every": 2, "every_unit": "weeks"}
    body = {**about, "starts_on": clock.day(days).isoformat()}
    answer = sign_in(riverside.owner).post("/api/v1/schedules/", body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json().get("error", {}).get("codes") == ({"starts_on": ["day"]} if status == 400 else None)
