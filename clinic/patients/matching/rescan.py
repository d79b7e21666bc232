"""All patients of a clinic at once: their keys, and every pair that the matcher finds."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from clinic.matching.keys import match_keys
from clinic.matching.person import Person
from clinic.matching.scoring import Match, compare
from clinic.patients.matching.candidates import COMPARED, MOST
from clinic.patients.matching.pairs import SCORED, pair_of, score_again, score_pairs
from clinic.patients.models import IDENTIFYING, DuplicatePair, Patient, person_of, person_of_values
from clinic.tenancy.scope import everybody_seen

BATCH = 5000
AT_ONCE = 2000  # patients without keys that the worker takes in one transaction


class Found(NamedTuple):
    """What a rescan came to: patients, those who had no or other keys, pairs compared, pairs on the work list."""

    patients: int
    keyed: int
    compared: int
    pairs: int


def fill_missing_keys() -> None:
    """Give keys to patients who have none yet, as after COPY or a new version of the keys, and score their pairs.

    The worker calls it for each clinic, and takes so many at once as a transaction should.
    """
    with everybody_seen():
        rows = list(Patient.objects.filter(match_keys=None).only(*COMPARED)[:AT_ONCE])
    write_keys({row.pk: match_keys(person_of(row)) for row in rows})
    for row in rows:
        score_pairs(row)


def write_keys(keys: dict[UUID, list[int]]) -> None:
    """Write keys past the model: neither the version nor the day of the last change is another by them."""
    for pk, numbers in keys.items():
        Patient.objects.filter(pk=pk).update(match_keys=numbers)


@transaction.atomic
def rescan() -> Found:
    """Make all keys and all pairs of the active clinic anew; what was refused is as `score_pairs` has it."""
    with everybody_seen():
        ids, people, old = _everybody()
        keys = [match_keys(each) for each in people]
        wrong = {pk: numbers for pk, numbers, before in zip(ids, keys, old, strict=True) if numbers != before}
        write_keys(wrong)
        compared, matches = 0, {}
        for one, other in _pairs(keys):
            compared += 1
            match = compare(people[one], people[other])
            if match.grade:
                matches[_both(ids[one], ids[other])] = match
        return Found(len(ids), len(wrong), compared, _keep(matches))


def _everybody() -> tuple[list[UUID], list[Person], list[list[int] | None]]:
    """The id, the person and the keys of each patient, read by batches in the order of ids."""
    ids: list[UUID] = []
    people: list[Person] = []
    old: list[list[int] | None] = []
    while not ids or len(ids) % BATCH == 0:
        rows = Patient.objects.order_by("pk").values_list("pk", "match_keys", *IDENTIFYING)
        found = list((rows.filter(pk__gt=ids[-1]) if ids else rows)[:BATCH])
        for pk, keys, *values in found:
            ids.append(pk)
            old.append(keys)
            people.append(person_of_values(*values))
        if not found:
            break
    return ids, people, old


def _pairs(keys: list[list[int]]) -> Iterator[tuple[int, int]]:
    """The places of those who share a key, each pair once; a key of too many says nothing."""
    blocks: dict[int, list[int]] = defaultdict(list)
    for place, numbers in enumerate(keys):
        for number in numbers:
            blocks[number].append(place)
    seen = {pair for block in blocks.values() if 1 < len(block) <= MOST for pair in combinations(block, 2)}
    return iter(seen)


def _both(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    return (one, other) if one < other else (other, one)


def _keep(matches: dict[tuple[UUID, UUID], Match]) -> int:
    """Write what is another than before; the number of pairs that are open now."""
    locked = DuplicatePair.objects.select_for_update().order_by("pk")
    rows = {_both(pair.first_id, pair.second_id): pair for pair in locked}
    gone = [pair.pk for both, pair in rows.items() if both not in matches and pair.refused_at is None]
    DuplicatePair.objects.filter(pk__in=gone).delete()
    new = [pair_of(*both, match) for both, match in matches.items() if both not in rows]
    DuplicatePair.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    changed = [pair for both, pair in rows.items() if both in matches and score_again(pair, matches[both])]
    DuplicatePair.objects.bulk_update(changed, SCORED, batch_size=BATCH)
    return DuplicatePair.objects.open().count()
