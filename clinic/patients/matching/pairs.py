"""Keeping the pairs of the work list: they are scored when a patient is saved, and one by one refused by people."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from clinic.audit.actions import By, event, type_in_trail
from clinic.audit.models import AuditEvent
from clinic.matching.scoring import Match
from clinic.patients.matching.candidates import matches, matches_of_new
from clinic.patients.models import DuplicatePair, Patient, person_of
from clinic.tenancy.scope import everybody_seen

SCORED = ("bits", "score", "grade", "reasons", "refused_at")


def pair_of(first: UUID, second: UUID, match: Match) -> DuplicatePair:
    """A pair as the matcher sees it now; not written yet."""
    return DuplicatePair(
        first_id=first, second_id=second, bits=match.bits, score=match.score, grade=match.grade,
        reasons=list(match.reasons),
    )  # fmt: skip


def score_pairs(patient: Patient) -> None:
    """Note who may be this patient, after what identifies them was written.

    A pair that was refused is open again where its score is higher than the refused one. Nothing of this is in the
    trail: it can be worked out at any time from the records whose change is there.

    Patients are locked before pairs, and each in an order, so that people who save patients who resemble each other do
    not wait for each other in turn. A pair that somebody took away or refused meanwhile stays so.
    """
    with everybody_seen():
        known = {pair.other_of(patient) for pair in DuplicatePair.objects.of(patient)}
        found = _found(patient)
        DuplicatePair.objects.bulk_create(
            (pair_of(patient.pk, other, found[other]) for other in staying(found.keys() - known)), ignore_conflicts=True
        )
        if known:
            _score_known(patient)


def _found(patient: Patient) -> dict[UUID, Match]:
    return {other.pk: match for other, match in matches(person_of(patient), but=patient.pk)}


def _score_known(patient: Patient) -> None:
    """Score pairs again once nobody else does, so that what the other of a pair became meanwhile counts."""
    pairs = list(DuplicatePair.objects.of(patient).select_for_update().order_by("pk"))
    found = _found(patient)
    for pair in pairs:
        match = found.get(pair.other_of(patient))
        if match is not None:
            if score_again(pair, match):
                pair.save(update_fields=SCORED)
        elif pair.refused_at is None:
            pair.delete()


def score_new_pairs(patients: Sequence[Patient]) -> None:
    """As `score_pairs` of one after another, of patients who were just written in their order and have no pair yet."""
    with everybody_seen():
        found = matches_of_new(patients)
        here = set(staying({other for _, other, _ in found}))
        DuplicatePair.objects.bulk_create(
            (pair_of(one, other, match) for one, other, match in found if other in here), ignore_conflicts=True
        )


def staying(ids: Collection[UUID]) -> list[UUID]:
    """Those patients who are still there, and whom nobody merges or removes before this transaction ends."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM patients_patient WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [list(ids)])
        return [id for (id,) in cursor.fetchall()]


def score_again(pair: DuplicatePair, match: Match) -> bool:
    """Take over how the matcher sees a pair now; says whether that is to be saved.

    One that was refused is left alone, unless the score is higher than the refused one: then it is open again.
    """
    if match.bits == pair.bits or (pair.refused_at is not None and match.bits < pair.bits):
        return False
    pair.bits, pair.score, pair.grade, pair.reasons = match.bits, match.score, match.grade, list(match.reasons)
    pair.refused_at = None
    return True


@transaction.atomic
def refuse_pair(*, by: By, first: UUID, second: UUID, match: Match | None = None, note: str = "") -> DuplicatePair:
    """Keep that two patients are two people, with who said so, when and why; the matcher is not asked any more.

    Without a pair yet there is one by `match`. Raises DuplicatePair.DoesNotExist where there is neither. Idempotent.
    """
    with everybody_seen():
        both = Q(first=first, second=second) | Q(first=second, second=first)
        pair = DuplicatePair.objects.select_for_update().filter(both).first()
        if pair is None:
            if match is None:
                raise DuplicatePair.DoesNotExist
            pair = pair_of(first, second, match)
        if pair.refused_at is not None:
            return pair
        pair.refused_at, pair.refused_by_id, pair.refused_by_name = timezone.now(), by.id, by.name
        pair.note = note
        pair.save()
    _record("duplicatepair.refused", pair, by=by)
    return pair


@transaction.atomic
def reopen_pair(*, by: By, pair: DuplicatePair) -> None:
    """Take back that two patients are two people. Idempotent; a pair that is gone by now stays so."""
    if DuplicatePair.objects.filter(pk=pair.pk).exclude(refused_at=None).update(refused_at=None):
        _record("duplicatepair.reopened", pair, by=by)


def _record(action: str, pair: DuplicatePair, *, by: By) -> None:
    """One event about each of the two, so that both trails have it."""
    AuditEvent.objects.bulk_create(
        event(
            action, by=by, record_type=type_in_trail(pair), record_id=pair.pk, patient_id=patient,
            changes={"other": [None, str(other)], **({"note": [None, pair.note]} if pair.note else {})},
        )
        for patient, other in ((pair.first_id, pair.second_id), (pair.second_id, pair.first_id))
    )  # fmt: skip
