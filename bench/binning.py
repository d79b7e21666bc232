"""What it takes to put a record with many assessments into the bin, and back.

Run on a clinic by its name: `python -m bench.binning Riverside`. What is binned is made first and is never committed.
"""

import sys
import time
from datetime import date
from uuid import uuid4

import django

if __name__ == "__main__":
    django.setup()

from django.db import transaction

from clinic.access import Actor
from clinic.assessments.models import Assessment
from clinic.binning.actions import bin_patient, put_back_patient
from clinic.patients.actions import create_patient
from clinic.staff.clinics import find_clinic
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope

BY, ASSESSMENTS, DAY = Actor("bench", "Bench"), 5000, date(2026, 3, 1)


def main(name: str) -> None:
    with clinic_scope(find_clinic(name)):
        user = Practitioner.objects.active().first()
        named = f"Bench {uuid4().hex[:8]}"
        patient = create_patient(by=BY, full_name=named, gender="female", user=user, date_of_birth=date(1970, 3, 4))
        Assessment.objects.bulk_create(
            Assessment(
                patient=patient, user=user, name=f"Walk {n}", type="physical", date=date(2026, 3, 1), score=n % 9
            )
            for n in range(ASSESSMENTS)
        )
        for what, deed in (
            ("into the bin", lambda: bin_patient(by=BY, id=patient.pk, version=1, reason="Bench")),
            ("back", lambda: put_back_patient(by=BY, id=patient.pk)),
        ):
            began = time.perf_counter()
            deed()
            print(f"{ASSESSMENTS} assessments {what}: {1000 * (time.perf_counter() - began):.0f} ms")
        transaction.set_rollback(True)


if __name__ == "__main__":
    main(sys.argv[1])
