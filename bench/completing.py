"""Completing an assessment through the API, in a clinic of many; prints what it costs, as JSON.

Run by bench.lists under `clinic.settings`, with the clinic's key and a member's address.
"""

import json
import os
import sys
import time

import django

from bench.server import cpu, percentiles

TIMES = 100

if __name__ == "__main__":
    django.setup()

from django.test import Client

from clinic.accounts.models import User
from clinic.patients.models import Patient
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope


def main(key: str, email: str) -> None:
    with clinic_scope(Clinic.objects.get(pk=key)):
        patients = [
            str(pk)
            for pk in Patient.objects.active()
            .filter(date_of_birth__lt="2000-01-01")
            .order_by("pk")
            .values_list("pk", flat=True)[:TIMES]
        ]
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(email=email))
    sent = {"instrument": "phq-9", "date": "2026-03-01", "complete": True}
    answers = {str(number): number % 4 for number in range(1, 10)}
    taken: list[float] = []
    own, whole = sum(os.times()[:2]), cpu()
    for patient in patients:
        body = json.dumps({**sent, "patient": patient, "answers": answers})
        begun = time.perf_counter()
        answer = client.post("/api/v1/assessments/", body, "application/json")
        taken.append(time.perf_counter() - begun)
        if answer.status_code != 201:
            raise SystemExit(f"Answered {answer.status_code}: {answer.content!r}")
    own, whole = sum(os.times()[:2]) - own, cpu() - whole
    costs = {"app": own, "database": whole - own}
    print(json.dumps({
        **percentiles(seconds * 1000 for seconds in taken),
        **{side: seconds / len(taken) * 1000 for side, seconds in costs.items()},
    }))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
