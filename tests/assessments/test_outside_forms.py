"""Real answers of 149 people to PHQ-9 and GAD-7: through the screens' endpoint, equal to a direct computation."""

from uuid import uuid4

import pytest

from clinic.assessments.models import Assessment
from clinic.assessments.models.alerts import Alert
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.browser.outside import GAD7, PHQ9, rows
from tests.world import make_patient

CUTS = {"phq-9": (4, 9, 14, 19), "gad-7": (4, 9, 14)}
WORDS = {
    "phq-9": ("Minimal", "Mild", "Moderate", "Moderately severe", "Severe"),
    "gad-7": ("Minimal", "Mild", "Moderate", "Severe"),
}


@pytest.mark.parametrize(("instrument", "columns"), [("phq-9", PHQ9), ("gad-7", GAD7)])
def test_real_answers_come_to_what_a_direct_computation_says(riverside, sign_in, instrument, columns):
    table, client = rows("screening-answers.csv"), sign_in(riverside.clinician)
    with clinic_scope(riverside.clinic):
        people = [make_patient(gender=row["Gender"].lower()) for row in table]
    for row, patient in zip(table, people, strict=True):
        key = uuid4()
        answers = {f"answer-{number}": row[column] for number, column in enumerate(columns, 1)}
        form = {"id": key, "patient": patient.pk, "instrument": instrument, "date": "1 March 2026", **answers}
        assert client.post(f"/assessments/{key}/answers/", form).status_code == 200
        version = {"version": "1"}
        assert client.post(f"/assessments/{key}/answer/", {**form, **version, "do": "complete"}).status_code == 302
    with clinic_scope(riverside.clinic):
        made = {assessment.patient_id: assessment for assessment in Assessment.objects.following(instrument).made()}
        stood = Patient.objects.in_bulk([patient.pk for patient in people])
        at_risk = set(Alert.objects.open().values_list("patient", flat=True))
    for row, patient in zip(table, people, strict=True):
        points = [int(row[column]) for column in columns]
        word = WORDS[instrument][sum(sum(points) > cut for cut in CUTS[instrument])]
        assessment, kept = made[patient.pk], stood[patient.pk]
        assert (assessment.score, assessment.band) == (sum(points), word)
        assert (kept.last_score, kept.last_band, kept.open_alerts) == (sum(points), word, int(patient.pk in at_risk))
        assert (patient.pk in at_risk) is (instrument == "phq-9" and points[8] > 0)
