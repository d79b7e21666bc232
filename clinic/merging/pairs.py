"""What becomes of the pairs of possible duplicates in a merge.

How alike two records are is worked out again. That somebody said of two records that they are two people is not: what
was said of the merged record holds for the survivor from then on, and comes back with it when it is taken out again.
"""

from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.merging.journal import Journal, Past
from clinic.merging.models import EntryKind
from clinic.patients.matching.pairs import SCORED, score_pairs
from clinic.patients.models import DuplicatePair, Patient
from clinic.tenancy.rows import from_row, put_back, row_of

REFUSED = "refused pairs"  # what the journal calls them: they are no rows that move
SAID = (*SCORED, "refused_by_id", "refused_by_name", "note")


def pass_on_refusals(survivor: Patient, other: Patient, journal: Journal) -> None:
    """Take away the pairs of a record that is about to go, and refuse of the survivor what was refused of it."""
    rows = list(DuplicatePair.objects.of(other))
    refused = [pair for pair in rows if pair.refused_at is not None]
    journal.add(REFUSED, EntryKind.REMOVED, map(row_of, refused))
    DuplicatePair.objects.filter(pk__in=[pair.pk for pair in rows]).delete()
    here = {pair.other_of(survivor): pair for pair in DuplicatePair.objects.of(survivor)}
    for pair in refused:
        third = pair.other_of(other)
        if third == survivor.pk:
            continue
        own = here.get(third) or DuplicatePair(first_id=survivor.pk, second_id=third)
        if own.refused_at is None:
            for name in SAID:
                setattr(own, name, getattr(pair, name))
            own.save()


def refusals_back(merge: Past, *patients: UUID) -> None:
    """Refuse again what was refused of a record before it was merged, and score both records as they are now."""
    for row in merge.rows(REFUSED, EntryKind.REMOVED):
        both = Patient.objects.filter(pk__in=(row["first_id"], row["second_id"]))
        if both.count() == 2:
            _put_back(row)
    for patient in Patient.objects.filter(pk__in=patients).order_by("pk"):
        score_pairs(patient)


def _put_back(row: dict[str, object]) -> None:
    try:
        with transaction.atomic():
            put_back(from_row(DuplicatePair, row))
    except IntegrityError:  # somebody has said something of the two meanwhile
        return
