"""One example of what tells that something happened: a change, a webhook, a delivery; field by field."""

from typing import Any

from clinic.api.documentation.others import PATIENT_ID

WEBHOOK_ID = "e0a4c7d1-3b52-4f86-9c0d-71f2a85b6e94"
OF_EVENTS: dict[str, dict[str, Any]] = {
    "Change": {
        "__typename": "Change",
        "kind": "Patient",
        "id": PATIENT_ID,
        "patient": PATIENT_ID,
        "action": "changed",
        "at": "2026-03-01T09:30:00Z",
    },
    "Webhook": {
        "__typename": "Webhook",
        "id": WEBHOOK_ID,
        "name": "Appointment system",
        "url": "https://receiver.example.org/hooks",
        "events": ["assessment.completed", "alert.raised"],
        "active": True,
        "off_reason": None,
        "failing_since": None,
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
        "secret_since": "2026-03-01T09:30:00Z",
        "earlier_until": None,
        "created_at": "2026-03-01T09:30:00Z",
        "version": 1,
    },
    "Delivery": {
        "__typename": "Delivery",
        "id": "2f6e1a0c-9b7d-4c35-8f21-6d0a4be97c13",
        "webhook": WEBHOOK_ID,
        "message": "msg_2f6e1a0c9b7d4c358f216d0a4be97c13",
        "event": "alert.raised",
        "kind": "Alert",
        "record": "0c9a7a52-0a3f-4c0e-9e0f-5b8f5d1c2a10",
        "at": "2026-03-01T09:30:00Z",
        "state": "waiting",
        "tries": 1,
        "tried_at": "2026-03-01T09:30:08Z",
        "next_at": "2026-03-01T09:30:13Z",
        "answer": 503,
        "why": "It answered 503.",
    },
}
