"""Merging a record with 5,000 assessments into another, and taking them apart; prints milliseconds, and rolls back.

Run on a clinic by its name: `python -m bench.merging Riverside`. What is merged is made first and is never committed.
"""

import sys
import time
from datetime import date, timedelta
from uuid import uuid4

import django

COUNT, TIMES = 5000, 5

if __name__ == "__main__":
    django.setup()

from django.db import connection, transaction

from clinic.access import Actor
from clinic.assessments.models import Assessment
from clinic.merging.actions import merge_patients
from clinic.merging.unmerging import unmerge_patient
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

BY = Actor("bench", "Bench")


def make(user: Practitioner, number: int) -> Patient:
    """A patient with that many completed questionnaires, of which every hundredth has a name that the other has too."""
    fields = {"full_name": f"Bench {uuid4().hex}", "gender": "other", "date_of_birth": date(1970, 1, 1), "user": user}
    patient = Patient.objects.create(record_number=f"B-{uuid4().hex[:8]}", **fields)
    about = {
        "patient": patient,
        "user": user,
        "type": "mental_health",
        "instrument": "phq-9",
        "instrument_version": "1",
    }
    Assessment.objects.bulk_create(
        Assessment(
            name=f"PHQ-9 {n}" if n % 100 == 0 else f"PHQ-9 {number} {n}",
            date=date(2010, 1, 1) + timedelta(days=n),
            score=n % 28,
            answers={"1": 1},
            **about,
        )
        for n in range(COUNT)
    )
    return patient


def timed(work) -> float:
    begun = time.perf_counter()
    with transaction.atomic():
        work()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return (time.perf_counter() - begun) * 1000


def main(name: str) -> None:
    merged, apart = [], []
    with clinic_scope(Clinic.objects.get(name=name)):
        user = Practitioner.objects.active().first()
        for _ in range(TIMES):
            one, two = make(user, 1), make(user, 2)
            ids = {"survivor_id": one.pk, "other_id": two.pk}
            merged.append(timed(lambda ids=ids: merge_patients(by=BY, versions=(1, 1), **ids)))
            apart.append(timed(lambda two=two: unmerge_patient(by=BY, other_id=two.pk, version=2)))
        transaction.set_rollback(True)
    for what, taken in (("merge", merged), ("un-merge", apart)):
        print(f"{what} of {COUNT:,} assessments: median {sorted(taken)[TIMES // 2]:.0f} ms, least {min(taken):.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1])
