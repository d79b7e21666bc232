"""Real answers of 149 people to PHQ-9 and GAD-7: in through the API, equal to a direct computation."""

import pytest

from clinic.assessments.models import Assessment
from clinic.assessments.models.alerts import Alert
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.browser.outside import GAD7, PHQ9, rows
from tests.world import make_patient

CUTS = {"phq-9": (4, 9, 14, 19), "gad-7": (4, 9, 14)}
WORDS = {
    "phq-9": ("Minimal", "Mild", "Moderate", "Moderately severe", "Severe"),
    "gad-7": ("Minimal", "Mild", "Moderate", "Severe"),
}


@pytest.mark.parametrize(("instrument", "columns"), [("phq-9", PHQ9), ("gad-7", GAD7)])
def test_real_answers_come_to_what_a_direct_computation_says(riverside, program, instrument, columns):
    sheet, client = rows("screening-answers.csv"), program(riverside)
    with clinic_scope(riverside.clinic):
        people = [make_patient(gender=row["Gender"].lower()) for row in sheet]
    for row, patient in zip(sheet, people, strict=True):
        points = [int(row[column]) for column in columns]
        answers = {str(number): value for number, value in enumerate(points, 1)}
        body = {"patient": str(patient.pk), "instrument": instrument, "date": "2026-03-01", "answers": answers}
        made = send(client, "post", "/api/v1/assessments/", {**body, "complete": True}).json()["results"]
        word = WORDS[instrument][sum(sum(points) > cut for cut in CUTS[instrument])]
        assert (made["score"], made["band"], made["status"]) == (sum(points), word, "completed")
        assert len(made["alerts"]) == (1 if instrument == "phq-9" and points[8] > 0 else 0)
    with clinic_scope(riverside.clinic):
        assert Assessment.objects.following(instrument).made().count() == len(sheet) == 149
        at_risk = sum(int(row["D9"]) > 0 for row in sheet)
        assert Alert.objects.open().count() == (at_risk if instrument == "phq-9" else 0)
