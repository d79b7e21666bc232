"""One example of each body that is not the record's own, field by field."""

from typing import Any

from clinic.api.documentation.others import PATIENT_ID, USER_ID

NEW_ID = "b4f0c2aa-5a35-4a0f-8a53-0c6a8a0d8f77"
BODIES: dict[str, dict[str, Any]] = {
    "Acknowledgement": {"note": "Called; safe tonight, comes in tomorrow.", "points": 1},
    "Cancellation": {"reason": "Left early", "version": 1},
    "NewSchedule": {
        "patient": PATIENT_ID,
        "instrument": "phq-9",
        "every": 2,
        "every_unit": "weeks",
        "then_every": 3,
        "then_unit": "months",
        "starts_on": "2026-03-15",
    },
    "NewRequest": {
        "id": NEW_ID,
        "patient": PATIENT_ID,
        "user": USER_ID,
        "instrument": "phq-9",
        "days": 7,
        "language": "en",
    },
    "Renewal": {"id": NEW_ID},
    "Rotation": {"end_earlier": False},
    "NewExport": {"format": "ndjson", "tables": ["assessments", "answers"], "after": None},
}
