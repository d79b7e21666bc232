"""Two who merge, and one who merges while another writes: what comes out is what comes of one after the other."""

from uuid import uuid4

import pytest
from django.db import transaction

from clinic.assessments.models import Assessment
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.merging.actions import merge_patients
from clinic.merging.models import MergeRecord
from clinic.patients.actions import update_patient
from clinic.patients.models import DuplicatePair, MergedPatient, Patient
from tests.merging.records import BY, scored
from tests.patience import wait_until
from tests.side_by_side import backend, beside, end_of, holds_lock, kept, overlap, trail, waiters
from tests.world import make_assessment, make_patient


@pytest.fixture
def patients(in_woodside):
    with in_woodside():
        return [make_patient(full_name=f"Ana {uuid4().hex}", address="") for _ in range(4)]


def merging(survivor, other):
    versions = survivor.version, other.version
    return lambda: merge_patients(by=BY, survivor_id=survivor.pk, other_id=other.pk, versions=versions)


def test_of_two_merges_at_once_one_wins(in_woodside, patients):
    first, second, *_ = patients
    both = overlap(in_woodside, merging(first, second), merging(second, first))
    assert (both.refusal, both.waited) == ("Gone", True)
    with in_woodside():
        assert MergedPatient.objects.get(pk=second.pk).into_id == first.pk
    assert trail(in_woodside, first) == ["patient.merged"]


def test_second_merge_into_a_changed_survivor_is_a_conflict(in_woodside, patients):
    first, second, third, _ = patients
    both = overlap(in_woodside, merging(first, second), merging(first, third))
    assert (both.refusal, both.waited, kept(in_woodside, third).version) == ("Changed", True, third.version)


@holds_lock("merging.locks.take_turn")
def test_merges_of_others_have_an_order(in_woodside, patients):
    first, second, third, fourth = patients
    both = overlap(in_woodside, merging(first, second), merging(third, fourth))
    assert (both.refusal, both.waited) == ("", True)
    with in_woodside():
        pairs = {(first.pk, second.pk), (third.pk, fourth.pk)}
        rows = MergeRecord.objects.filter(survivor_id__in=[first.pk, third.pk]).order_by("pk")
        assert {(row.survivor_id, row.other_id) for row in rows} == pairs


@holds_lock("merging.locks.lock_patients#2")
def test_merge_waits_for_a_change_and_is_told(in_woodside, patients):
    first, second, *_ = patients

    def change():
        return update_patient(by=BY, id=first.pk, version=first.version, address="Elsewhere")

    both = overlap(in_woodside, change, merging(first, second))
    assert (both.refusal, both.waited) == ("Changed", True)
    assert kept(in_woodside, first).address == "Elsewhere"


@holds_lock("merging.locks.lock_patients")
def test_merge_and_who_works_on_an_assessment_do_not_wait_for_each_other(in_woodside, patients):
    """Whoever holds an assessment goes on to lock its patient: a merge must not hold that before."""
    first, second, *_ = patients
    with in_woodside():
        held = scored(second, make_assessment(second).date)

    def merge_beside():
        with in_woodside():
            return merging(kept_now(first), kept_now(second))()

    with in_woodside():
        assert Assessment.objects.select_for_update().get(pk=held.pk) == held
        pid = backend()
        other = beside(merge_beside)
        wait_until(lambda: other.done() or waiters(pid))
        with transaction.atomic():
            keep_latest_results(second.pk, by=BY)
    assert end_of(other).pk == first.pk
    with in_woodside():
        assert Assessment.objects.filter(patient=first.pk).count() == 2


def kept_now(patient):
    return Patient.objects.get(pk=patient.pk)


@holds_lock("patients.matching.pairs.staying")
def test_whoever_resembles_somebody_who_is_being_merged_is_saved(in_woodside, patients):
    """No pair is left that leads to nobody."""
    first, second, third, _ = patients
    alike = {"full_name": second.full_name, "family_name": second.family_name, "date_of_birth": second.date_of_birth}
    rename = lambda: update_patient(by=BY, id=third.pk, version=None, user=None, **alike)  # noqa: E731
    both = overlap(in_woodside, merging(first, second), rename)
    assert (both.refusal, both.waited, kept(in_woodside, third).full_name) == ("", True, second.full_name)
    with in_woodside():
        pairs = DuplicatePair.objects.of(third)
        assert {pair.other_of(third) for pair in pairs} <= set(Patient.objects.values_list("pk", flat=True))
