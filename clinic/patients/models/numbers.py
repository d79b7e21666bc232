"""The record numbers that a clinic gives out itself."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Q

from clinic.patients.models.gone import BinnedPatient, MergedPatient
from clinic.patients.models.patient import Patient
from clinic.patients.search.indexes import COUNT, OTHERWISE_WRITTEN, SIX_DIGITS
from clinic.tenancy.scope import everybody_seen

NUMBER_LOCK = 7_302_411  # the advisory lock under which a clinic hands out its next record number


def next_record_number() -> str:
    """The number after the highest of this clinic's own, to whomever and however they are written: P-000001 and on.

    Somebody in the bin comes back with theirs, so it is not given to the next.
    """
    with everybody_seen():
        rows = Patient.objects.annotate(count=COUNT).values_list("count", flat=True)
        merged = MergedPatient.objects.annotate(count=COUNT).values_list("count", flat=True)
        binned = BinnedPatient.objects.annotate(count=COUNT).values_list("count", flat=True)
    ours = Q(record_number__regex=SIX_DIGITS) | OTHERWISE_WRITTEN
    highest = [
        rows.filter(record_number__startswith="P-", record_number__regex=SIX_DIGITS).order_by("-record_number"),
        rows.filter(OTHERWISE_WRITTEN).order_by(COUNT.desc()),
        merged.filter(ours).order_by(COUNT.desc()),
        binned.filter(ours).order_by(COUNT.desc()),
    ]
    counts = [int(count) for found in highest for count in found[:1]]
    return f"P-{max(counts, default=0) + 1:06d}"


def give_numbers(patients: Sequence[Patient]) -> None:
    """Give the clinic's next record numbers to patients who are not written yet, in their order.

    Nobody else is given one before this transaction ends.
    """
    if not patients:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), %s)", [NUMBER_LOCK])
    first = int(next_record_number().removeprefix("P-"))
    for number, patient in enumerate(patients, first):
        patient.record_number = f"P-{number:06d}"
