"""Two writers of one patient at once: what comes out is what comes of one after the other."""

from datetime import date
from functools import partial
from itertools import product
from random import Random
from string import ascii_lowercase
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Q

from clinic.assessments.questionnaire.actions import complete_assessment, start_assessment
from clinic.instruments.catalogue import find
from clinic.matching.scoring import compare
from clinic.patients import actions
from clinic.patients.hand_picked.actions import make_list, remove_list
from clinic.patients.matching.pairs import refuse_pair, reopen_pair
from clinic.patients.matching.rescan import rescan
from clinic.patients.models import DuplicatePair, person_of
from clinic.staff.models import Practitioner
from tests.side_by_side import beside, end_of, holds_lock, kept, overlap, trail
from tests.world import Writer, make_patient


@pytest.fixture
def patient(in_woodside):
    with in_woodside():
        return make_patient(phone_number="", address="")


def update(patient, **fields):
    return lambda: actions.update_patient(by=Writer(), id=patient.pk, version=patient.version, **fields)


def update_any(patient, **fields):
    return lambda: actions.update_patient(by=Writer(), id=patient.pk, version=None, **fields)


@holds_lock("patients.models.numbers.give_numbers")
def test_two_new_patients_get_numbers_one_after_the_other(in_woodside):
    def register(name):
        fields = {"gender": "other", "date_of_birth": date(1970, 1, 1), "record_number": ""}
        user = Practitioner.objects.first()
        return actions.create_patient(by=Writer(), user=user, full_name=name, **fields)

    numbers = []
    both = overlap(in_woodside, lambda: numbers.append(register("Ana One").record_number), lambda: register("Ana Two"))
    assert both.refusal == ""
    assert (int(both.second.record_number[2:]), both.waited) == (int(numbers[0][2:]) + 1, True)


def test_form_sent_twice_at_once_makes_one_patient(in_woodside):
    id = uuid4()

    def register():
        fields = {"gender": "other", "date_of_birth": date(1970, 1, 1), "record_number": f"T-{id.hex[:8]}"}
        user = Practitioner.objects.first()
        return actions.create_patient(by=Writer(), id=id, user=user, full_name=f"Ana {id.hex[:8]}", **fields)

    both = overlap(in_woodside, register, register)
    assert (both.refusal, both.second, both.waited) == ("", both.first, True)
    assert trail(in_woodside, both.first) == ["patient.created"]


@holds_lock("patients.actions.update_patient")
def test_second_change_of_one_version_is_a_conflict(in_woodside, patient):
    both = overlap(in_woodside, update(patient, address="One Street"), update(patient, address="Two Street"))
    assert (both.refusal, kept(in_woodside, patient).address) == ("Changed", "One Street")
    assert trail(in_woodside, patient) == ["patient.changed"]


@holds_lock("patients.actions.undo_patient_change")
def test_undo_beside_a_change_takes_back_nothing(in_woodside, patient):
    with in_woodside():
        changed = actions.update_patient(by=Writer(), id=patient.pk, version=None, address="One Street")
    undo = partial(actions.undo_patient_change, by=Writer(), id=patient.pk, version=changed.version)
    both = overlap(in_woodside, update(changed, address="Two Street"), undo)
    assert (both.refusal, kept(in_woodside, patient).address) == ("Changed", "Two Street")


@holds_lock("patients.actions._set_archived")
def test_archived_by_two_at_once_is_archived_once(in_woodside, patient):
    archive = partial(actions.archive_patient, by=Writer(), id=patient.pk)
    both = overlap(in_woodside, archive, archive)
    assert (both.refusal, kept(in_woodside, patient).version) == ("", patient.version + 1)
    assert trail(in_woodside, patient) == ["patient.archived"]


@holds_lock("patients.actions.set_many_archived")
def test_archived_among_many_beside_a_change_stays(in_woodside, patient):
    versions = {patient.pk: patient.version}
    archive = partial(actions.set_many_archived, by=Writer(), versions=versions, archived=True)
    both = overlap(in_woodside, update(patient, address="One Street"), archive)
    assert both.second == {patient.pk: actions.Archiving(False, patient.version + 1)}
    assert (kept(in_woodside, patient).archived_at, trail(in_woodside, patient)) == (None, ["patient.changed"])


OTHERWISE = (
    lambda who, word, day: {"full_name": word, "family_name": word, "date_of_birth": day},  # nobody's double any more
    lambda who, *_: {"full_name": f"{who.full_name}s"},
    lambda *_: {"date_of_birth": date(1961, 3, 21)},
    lambda *_: {"phone_number": "+447700900123"},
    lambda *_: {"address": "1 Mill Lane"},
)


@holds_lock("patients.matching.pairs._score_known")
@pytest.mark.parametrize(("first", "second"), list(product(range(len(OTHERWISE)), repeat=2)))
def test_two_who_resemble_each_other_are_changed_at_once(in_woodside, first, second):
    """Each holds its own record and asks for their pair, which the other may take away."""
    draw = Random(f"{first} {second}")  # noqa: S311 - the clinic is kept, and names that many have say nothing
    given, family, *words = ("".join(draw.choices(ascii_lowercase, k=9)).title() for _ in range(4))
    with in_woodside():
        alike = {"gender": "female", "date_of_birth": date(1961, 3, 12), "address": "", "phone_number": ""}
        people = [
            make_patient(full_name=f"{given} {family}{end}", family_name=f"{family}{end}", **alike) for end in ("", "e")
        ]
        update_any(people[1], address="2 Mill Lane")()
        pair = DuplicatePair.objects.of(people[0]).filter(Q(first=people[1]) | Q(second=people[1]))
        assert pair.count() == 1
    changes = [
        update_any(who, **OTHERWISE[which](who, word, date(year, 1, 1)))
        for who, word, year, which in zip(people, words, (1950, 1980), (first, second), strict=True)
    ]
    both = overlap(in_woodside, *changes)
    assert both.refusal == ""
    one, two = (person_of(kept(in_woodside, who)) for who in people)
    with in_woodside():
        assert pair.all().count() == bool(compare(one, two).grade)


def test_everybody_who_resembles_everybody_is_saved_by_six_at_once(woodside, in_woodside):
    with in_woodside():
        alike = {"gender": "female", "date_of_birth": date(1961, 3, 12), "address": ""}
        people = [make_patient(full_name=f"Anna Karolina Bell{'e' * n}", **alike) for n in range(6)]

    def save_again_and_again(seed):
        random = Random(seed)  # noqa: S311
        for turn in range(20):
            with in_woodside():
                named = f"Anna {random.choice(['Karolina', 'Carolina', 'Zeno'])} Bell {seed} {turn}"
                who = random.choice(people)
                actions.update_patient(by=Writer(), id=who.pk, version=None, full_name=named)

    assert [end_of(work) for work in [beside(partial(save_again_and_again, seed)) for seed in range(6)]] == [None] * 6


def test_name_is_no_key_of_patients(in_woodside):
    """Of a unique index without a condition PostgreSQL takes the columns for a key that other tables' rows lead to.

    A record number is one, which is hardly ever changed.
    """
    with in_woodside(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'patients_patient'::regclass"
            " AND indisunique AND indpred IS NULL AND indexprs IS NULL"
        )
        assert {name for (name,) in cursor.fetchall()} == {"patients_patient_pkey", "patient_record_number_once"}


@holds_lock("patients.actions.lock_for_latest_results")
def test_standing_of_two_sittings_completed_at_once_counts_both(in_woodside, patient):
    """PHQ-2 of 6 and of 3 points: without the lock the later one does not see the other, and notes itself alone."""

    def sitting(day, points):
        sitting = start_assessment(
            by=Writer(), definition=find("phq-2"), patient=patient, date=date(2026, 3, day), user=patient.user,
            answers={"1": points, "2": points},
        )  # fmt: skip
        return partial(complete_assessment, by=Writer(), id=sitting.assessment.pk)

    with in_woodside():
        first, second = sitting(1, 3), sitting(8, 1)
    assert overlap(in_woodside, first, second).refusal == ""
    found = kept(in_woodside, patient)
    assert (found.last_score, found.last_change, found.recent_scores) == (2, -4, [1.0, 0.333])


@holds_lock("patients.matching.pairs.refuse_pair")
def test_pair_that_two_refuse_at_once_is_refused_once(in_woodside):
    by = Writer()
    alike = {"gender": "female", "date_of_birth": date(1961, 3, 12), "phone_number": "+447700900123"}
    with in_woodside():
        user = Practitioner.objects.active().order_by("display_name").first()
        names = [f"{name} {uuid4().hex}" for name in ("Ana", "Anna")]
        one, two = (actions.create_patient(by=by, full_name=name, user=user, **alike) for name in names)
        match = compare(person_of(one), person_of(two))
        refuse_pair(by=by, first=one.pk, second=two.pk, match=match)
        reopen_pair(by=by, pair=DuplicatePair.objects.of(one).get(Q(first=two) | Q(second=two)))
    both = overlap(in_woodside, *(partial(refuse_pair, by=by, first=one.pk, second=two.pk, note=n) for n in "ab"))
    with in_woodside():
        kept = DuplicatePair.objects.of(one).get(Q(first=two) | Q(second=two))
    assert (both.refusal, both.waited, kept.note) == ("", True, "a")


@holds_lock("patients.matching.rescan._keep")
def test_refusal_beside_a_rescan_stays(in_woodside):
    alike = {"gender": "female", "date_of_birth": date(1961, 3, 12), "phone_number": "+447700900321"}
    with in_woodside():
        one, two = (make_patient(full_name=f"{name} Rescanned", **alike) for name in ("Ana", "Anna"))
        update_any(two, address="2 Mill Lane")()
        pair = DuplicatePair.objects.of(one).get(Q(first=two) | Q(second=two))
        DuplicatePair.objects.filter(pk=pair.pk).update(bits=999)  # another score than the rescan will find
    both = overlap(in_woodside, partial(refuse_pair, by=Writer(), first=one.pk, second=two.pk), rescan)
    assert (isinstance(both.second, BaseException), both.waited) == (False, True)
    assert kept(in_woodside, pair).refused_at is not None


@holds_lock("patients.hand_picked.actions._own")
def test_list_that_two_remove_is_removed_once(in_woodside):
    with in_woodside():
        made = make_list(by=Writer(), name=f"Calls {uuid4().hex[:6]}", is_shared=True)
    remove = partial(remove_list, by=Writer(), id=made.pk, owns_clinic=True)
    both = overlap(in_woodside, remove, remove)
    assert (both.refusal, trail(in_woodside, made).count("patientlist.removed")) == ("DoesNotExist", 1)
