"""Days and moments of the API are the clinic's, in three zones and at the edges of a day."""

from datetime import datetime

from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient


def test_program_may_date_an_assessment_today_and_not_tomorrow(clock, riverside, program):
    with clinic_scope(riverside.clinic):
        patient = make_patient()
    client = program(riverside)
    free = {"patient": str(patient.pk), "user": str(patient.user_id), "type": "physical", "questions": []}
    answers = [
        client.post("/api/v1/assessments/", {**free, "name": str(day), "date": str(day)}, "application/json")
        for day in (clock.today, clock.day(1))
    ]
    assert [answer.status_code for answer in answers] == [201, 400]
    assert list(answers[1].json()["error"]["fields"]) == ["date"]


def test_moment_carries_the_offset_of_the_clinic(clock, riverside, program):
    with clinic_scope(riverside.clinic):
        patient = make_patient()
    created = program(riverside).get(f"/api/v1/patients/{patient.pk}/").json()["results"]["created_at"]
    assert datetime.fromisoformat(created) == clock.moment
    assert datetime.fromisoformat(created).utcoffset() == clock.local.utcoffset()
