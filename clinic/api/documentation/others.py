"""Examples of what is no record of a patient: who asks, what happened, where to begin."""

from typing import Any

PATIENT_ID = "3edac2e3-d223-4fae-8515-daf96ef6bc76"
USER_ID = "7a2c1f4e-52a6-4c02-9d3b-0f6d8f2f9b11"
OTHERS: dict[str, dict[str, Any]] = {
    "Revision": {
        "__typename": "Revision",
        "at": "2026-03-02T08:00:00Z",
        "by": "Clara Clinician",
        "reason": "Misread",
        "before": {"date": "2026-03-01", "answers": {"1": "2"}},
    },
    "Me": {
        "__typename": "Me",
        "id": "client:7",
        "name": "Laboratory",
        "kind": "program",
        "clinic": "0d6c9f4e-2f1a-4d57-8a1e-6a9c3f0b7d20",
        "clinic_name": "Riverside",
        "time_zone": "Europe/London",
        "role": "",
        "scopes": ["read"],
        "permissions": ["alerts.view", "assessments.view", "patients.view"],
    },
    "Event": {
        "__typename": "Event",
        "id": 412,
        "number": 398,
        "at": "2026-03-01T09:30:00Z",
        "by": "client:7",
        "by_name": "Laboratory",
        "action": "patient.changed",
        "reading": False,
        "record_type": "patient",
        "record": PATIENT_ID,
        "patient": PATIENT_ID,
        "patient_name": "García López, Ana (Anita)",
        "what": "Changed: patient",
        "details": "email",
        "changed": ["email"],
        "request_id": "lab-42",
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "address": "203.0.113.7",
    },
    "Export": {
        "__typename": "Export",
        "id": "7b0d2f6e-3c58-4a61-8a0e-5f1d9b7c2e64",
        "state": "done",
        "format": "ndjson",
        "tables": ["patients", "assessments", "answers"],
        "names": False,
        "rows": 1430,
        "message": "",
        "after": "gAAAAABp-example",
        "file": "https://record.example.org/api/v1/exports/7b0d2f6e-3c58-4a61-8a0e-5f1d9b7c2e64/file/",
        "created_at": "2026-03-01T09:30:00Z",
        "created_by": "Research",
        "finished_at": "2026-03-01T09:31:00Z",
        "expires_at": "2026-03-08T09:31:00Z",
    },
    "Endpoint": {
        "__typename": "Endpoint",
        "name": "patients",
        "url": "https://record.example.org/api/v1/patients/",
        "description": "Patients of the clinic that are not archived, unless `archived` asks for others.",
    },
}
