"""What the documentation shows: one example of each object, field by field."""

from typing import Any

PATIENT_ID = "3edac2e3-d223-4fae-8515-daf96ef6bc76"
USER_ID = "7a2c1f4e-52a6-4c02-9d3b-0f6d8f2f9b11"
QUESTION = {"__typename": "Question", "question": "How far can you walk?", "answer": "To the shop and back"}
TIMES: dict[str, Any] = {
    "archived_at": None,
    "created_at": "2026-03-01T09:30:00Z",
    "updated_at": "2026-03-01T09:30:00Z",
    "version": 1,
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "Patient": {
        "__typename": "Patient",
        "id": PATIENT_ID,
        "user": USER_ID,
        "practitioner": "Clara Clinician",
        "full_name": "Ana García López",
        "family_name": "García López",
        "gender": "female",
        "date_of_birth": "1961-03-12",
        "date_of_birth_precision": "exact",
        "phone_number": "+442079460958",
        "second_phone_number": "",
        "address": "4 Mill Lane\nRiverside",
        "record_number": "P-000001",
        **TIMES,
    },
    "Assessment": {
        "__typename": "Assessment",
        "id": "b1b0c1a4-6c1e-4f57-8a5f-3f3c5a0f7d55",
        "patient": PATIENT_ID,
        "user": USER_ID,
        "name": "Physical · 2026-03-01",
        "type": "physical",
        "date": "2026-03-01",
        "questions": [QUESTION],
        "score": 12.5,
        **TIMES,
    },
    "Question": QUESTION,
}
