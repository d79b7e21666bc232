"""Who of the clinic may be somebody: found by the keys they share, scored, the likest first.

Everybody of the clinic is compared, archived and hidden patients too: who is registered twice is two records whoever
may see them. What is found of somebody hidden is told to nobody but that there is somebody.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from clinic.matching.keys import match_keys
from clinic.matching.person import Person
from clinic.matching.scoring import Match, compare
from clinic.patients.models import IDENTIFYING, BinnedPatient, Patient, person_of
from clinic.tenancy.scope import everybody_seen

MOST = 400  # of whom more share a key with somebody, the key says nothing
COMPARED = ("pk", *IDENTIFYING)
BESIDE_MANY = """
SELECT n.id, beside.id FROM patients_patient n
CROSS JOIN LATERAL (SELECT p.id FROM patients_patient p WHERE p.match_keys && n.match_keys LIMIT %s) beside
WHERE n.id = ANY(%s)
"""


@dataclass(frozen=True)
class Similar:
    """A patient who may be somebody, and how likely that is. Nothing of who is not `seen` may be shown.

    Whose record is `in_bin` is not among the patients.
    """

    patient: Patient
    match: Match
    seen: bool = True
    in_bin: bool = False


def candidates(keys: Iterable[int], *, but: UUID | None) -> list[Patient]:
    """The patients who share one of the keys, with what is compared; hidden ones too."""
    with everybody_seen(), by_the_index():
        rows = Patient.objects.filter(match_keys__overlap=list(keys)).only(*COMPARED)[: MOST + 1]
        return [row for row in rows if row.pk != but]


@contextmanager
def by_the_index() -> Iterator[None]:
    """Have the block's statements begin at an index.

    Keys are rare, so PostgreSQL keeps no statistics of them, takes each for one patient of 200, and would read the
    whole table: 130 ms instead of one, of 100,000 patients.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")


def matches(one: Person, *, but: UUID | None = None) -> list[tuple[Patient, Match]]:
    """Who may be `one`, the likest first; hidden ones too."""
    return _likest(one, candidates(match_keys(one), but=but))


def _likest(one: Person, people: Iterable[Patient]) -> list[tuple[Patient, Match]]:
    compared = [(patient, compare(one, person_of(patient))) for patient in people]
    told = [each for each in compared if each[1].grade]
    return sorted(told, key=lambda each: (-each[1].bits, each[0].pk))


def matches_of_new(patients: Sequence[Patient]) -> list[tuple[UUID, UUID, Match]]:
    """Each of the patients with who may be them of those who were there before; hidden ones too.

    The patients were written in their order.
    """
    place = {patient.pk: number for number, patient in enumerate(patients)}
    with everybody_seen(), by_the_index(), connection.cursor() as cursor:
        cursor.execute(BESIDE_MANY, [MOST + 1, list(place)])
        both = [(one, other) for one, other in cursor.fetchall() if place.get(other, -1) < place[one]]
        others = Patient.objects.only(*COMPARED).in_bulk({other for _, other in both})
    people = {patient.pk: person_of(patient) for patient in (*others.values(), *patients)}
    compared = [(one, other, compare(people[one], people[other])) for one, other in both if other in others]
    return [each for each in compared if each[2].grade]


def similar_to(one: Person, *, but: UUID | None = None, most: int = 8) -> list[Similar]:
    """The likest patients with their whole records, of whom those not seen are marked; whoever is in the bin, too."""
    found = matches(one, but=but)[:most]
    keys = [patient.pk for patient, _ in found]
    seen = Patient.objects.select_related("user").in_bulk(keys)
    here = [Similar(seen.get(patient.pk, patient), match, patient.pk in seen) for patient, match in found]
    return sorted([*here, *_in_bin(one)], key=lambda each: -each.match.bits)[:most]


def _in_bin(one: Person) -> list[Similar]:
    with everybody_seen(), by_the_index():
        rows = list(BinnedPatient.objects.filter(match_keys__overlap=match_keys(one)).defer("rows")[:MOST])
    seen = set(BinnedPatient.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [
        Similar(patient, match, patient.pk in seen, in_bin=True)
        for patient, match in _likest(one, (row.as_it_was for row in rows))
    ]
