"""What was said of two records that they are two people outlasts a merge, and comes back with an un-merge."""

from uuid import UUID

import pytest

from clinic.patients.actions import create_patient
from clinic.patients.matching.pairs import refuse_pair
from clinic.patients.models import DuplicatePair, Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.merging.records import BY, merge, unmerge

ALIKE = {"gender": "female", "date_of_birth": "1961-03-12", "phone_number": "+447700900123"}


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def register(name: str) -> Patient:
    """A patient who looks like every other one of these."""
    user = Practitioner.objects.active().order_by("display_name").first()
    return create_patient(by=BY, full_name=name, user=user, **ALIKE)


def refused() -> set[frozenset[UUID]]:
    rows = DuplicatePair.objects.exclude(refused_at=None)
    return {frozenset(pair) for pair in rows.values_list("first_id", "second_id")}


def open_pairs() -> set[frozenset[UUID]]:
    return {frozenset(pair) for pair in DuplicatePair.objects.open().values_list("first_id", "second_id")}


@pytest.mark.usefixtures("scope")
def test_refusal_of_who_goes_holds_for_who_stays_and_comes_back():
    ana, anna, twin = register("Ana Bell"), register("Anna Bell"), register("Anne Bell")
    said = refuse_pair(by=BY, first=anna.pk, second=twin.pk, note="Cousins")
    assert (refused(), open_pairs()) == (
        {frozenset({anna.pk, twin.pk})},
        {frozenset({ana.pk, anna.pk}), frozenset({ana.pk, twin.pk})},
    )
    merge(ana, anna)
    assert (refused(), open_pairs()) == ({frozenset({ana.pk, twin.pk})}, set())
    assert DuplicatePair.objects.get().note == "Cousins"
    unmerge(anna.pk, ana.pk)
    back = DuplicatePair.objects.get(pk=said.pk)
    assert ({back.first_id, back.second_id}, back.note) == ({anna.pk, twin.pk}, "Cousins")
    assert (refused(), open_pairs()) == (
        {frozenset({anna.pk, twin.pk}), frozenset({ana.pk, twin.pk})},
        {frozenset({ana.pk, anna.pk})},
    )


@pytest.mark.usefixtures("scope")
def test_two_of_whom_was_said_that_they_are_two_are_merged_all_the_same_and_that_comes_back():
    ana, anna = register("Ana Bell"), register("Anna Bell")
    refuse_pair(by=BY, first=ana.pk, second=anna.pk)
    merge(ana, anna)
    assert not DuplicatePair.objects.exists()
    unmerge(anna.pk, ana.pk)
    assert (refused(), open_pairs()) == ({frozenset({ana.pk, anna.pk})}, set())


@pytest.mark.usefixtures("scope")
def test_refusal_of_somebody_who_was_merged_away_meanwhile_is_left_out():
    ana, anna, twin, other = register("Ana Bell"), register("Anna Bell"), register("Anne Bell"), register("Hanna Bell")
    refuse_pair(by=BY, first=anna.pk, second=twin.pk)
    merge(ana, anna)
    merge(other, twin)
    unmerge(anna.pk, ana.pk)
    assert frozenset({anna.pk, twin.pk}) not in refused()
    assert Patient.objects.filter(pk=anna.pk).exists()
