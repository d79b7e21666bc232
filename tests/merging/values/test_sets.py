"""Tags, other names and identifiers of two records: both's when they merge, each record's own when they part again.

The model has no journal: a record has parts of its own, and beside them what each record that it took in brought then.
"""

from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from clinic.merging.forms import TOO_MUCH
from clinic.merging.journal import Journal, Past
from clinic.merging.models import MergeRecord
from clinic.merging.values import sets
from clinic.merging.values.sets import SETS, unite
from clinic.patients.models import Patient
from clinic.staff.tags.actions import save_tag
from clinic.tenancy.rows import column_value, read_value
from clinic.tenancy.scope import clinic_scope
from tests.blanked import text_of
from tests.merging.records import unmerge
from tests.sizes import times
from tests.world import Writer, make_patient

COUNT, PARTS = 4, 4
WORDS = ("Ann", "Bo", "Cleo", "Dora")
numbers = st.integers(0, COUNT - 1)
chosen = st.sets(st.integers(0, PARTS - 1))


def write(patient: Patient, parts: set[int]) -> None:
    """Give a patient these parts in each set."""
    patient.tags = [number + 1 for number in sorted(parts)]
    patient.other_names = ", ".join(WORDS[number] for number in sorted(parts))
    patient.identifiers = "\n".join(f"Ward: {number}" for number in sorted(parts))


def read(patient: Patient) -> list[set[int]]:
    return [
        {tag - 1 for tag in patient.tags or []},
        {WORDS.index(name) for name in (patient.other_names or "").split(", ") if name},
        {int(line.removeprefix("Ward: ")) for line in (patient.identifiers or "").splitlines()},
    ]


class Sets(RuleBasedStateMachine):
    """What merges and un-merges make of the sets, in the order in which the journal has them."""

    def __init__(self) -> None:
        super().__init__()
        self.patients = [Patient(pk=UUID(int=number)) for number in range(1, COUNT + 1)]
        self.by_key = {patient.pk: patient for patient in self.patients}
        self.ids, self.history = count(1), list[Past]()
        self.own: dict[UUID, set[int]] = {key: set() for key in self.by_key}
        self.brought: dict[UUID, dict[UUID, set[int]]] = {key: {} for key in self.by_key}
        self.taken_out: dict[UUID, set[int]] = {key: set() for key in self.by_key}
        self.into: dict[UUID, Past] = {}

    def roots(self) -> list[Patient]:
        return [patient for patient in self.patients if patient.pk not in self.into]

    def shown(self, key: UUID) -> set[int]:
        return self.own[key].union(*self.brought[key].values())

    def note(self, journal: Journal, **merge: Any) -> Past:
        self.history.append(Past(MergeRecord(id=next(self.ids), **merge), dict(journal.rows)))
        return self.history[-1]

    @rule(number=numbers, parts=chosen)
    def edit(self, number: int, parts: set[int]) -> None:
        """Nobody writes again what somebody took out: the journal cannot tell that from what was always there."""
        patient = self.roots()[number % len(self.roots())]
        parts = parts - (self.taken_out[patient.pk] - self.shown(patient.pk))
        self.taken_out[patient.pk] |= self.shown(patient.pk) - parts
        write(patient, parts)
        self.own[patient.pk] |= parts - self.shown(patient.pk)
        for each in (self.own[patient.pk], *self.brought[patient.pk].values()):
            each &= parts

    @precondition(lambda self: len(self.roots()) > 1)
    @rule(first=numbers, second=numbers, unites=st.booleans())
    def merge_two(self, first: int, second: int, unites: bool) -> None:
        survivor = self.roots()[first % len(self.roots())]
        other = [each for each in self.roots() if each != survivor][second % (len(self.roots()) - 1)]
        journal = Journal()
        unite(survivor, other, SETS if unites else (), journal)
        self.into[other.pk] = self.note(journal, survivor_id=survivor.pk, other_id=other.pk)
        self.brought[survivor.pk][other.pk] = set(self.shown(other.pk)) if unites else set()

    @precondition(lambda self: self.into)
    @rule(number=numbers)
    def take_one_out(self, number: int) -> None:
        key = sorted(self.into)[number % len(self.into)]
        merge = self.into.pop(key)
        survivor = self.by_key[merge.merge.survivor_id]
        row = {column: column_value(survivor, column) for column in SETS}
        for column, value in sets.given_back(self.history, merge, row).items():
            setattr(survivor, column, read_value(Patient, column, value))
        merge.undone_as = self.note(Journal(), survivor_id=survivor.pk, other_id=key, undoes_id=merge.id).id
        del self.brought[survivor.pk][key]

    @invariant()
    def everybody_shows_what_the_model_says(self) -> None:
        for patient in self.patients:
            assert read(patient) == [self.shown(patient.pk)] * 3


def run(examples: int) -> None:
    bounds = settings(max_examples=examples, stateful_step_count=20, deadline=None, database=None)
    run_state_machine_as_test(Sets, settings=bounds)


def test_any_order_leaves_each_record_with_its_own_parts():
    run(times(200))


def test_parts_that_nobody_takes_back_are_found(monkeypatch):
    """The negative control."""
    monkeypatch.setattr(sets, "given_back", lambda history, merge, row: {})
    with pytest.raises(AssertionError):
        run(200)


@pytest.fixture
def two(riverside):
    with clinic_scope(riverside.clinic):
        first, second = (
            save_tag(by=Writer(), id=None, word=word, colour="blue").pk for word in ("Carer", "Interpreter")
        )
        about = {"date_of_birth": "1980-03-12", "full_name": "Anne Example"}
        return (
            make_patient(**about, tags=[first], other_names="Ann,  Anna", identifiers="Ward: 7"),
            make_patient(**{**about, "full_name": "Ann Example"}, tags=[second], other_names="anna, Annie"),
        )


def merging(riverside, sign_in, two, **choices):
    client, (survivor, other) = sign_in(riverside.clinician), two
    address = f"/patients/{survivor.pk}/merge/?other={other.pk}"
    page = client.get(address)
    kept = {bound.html_name: bound.value() for bound in page.context["form"] if bound.name.startswith("keep-")}
    form = {**kept, "version": 1, "other_version": 1, "birth_year": "1980", **choices}
    return page, client.post(address, form)


def test_page_proposes_both_s_of_each_set_and_parting_restores_them_to_the_letter(riverside, sign_in, two):
    page, answer = merging(riverside, sign_in, two)
    assert ([page.context["form"][f"keep-{name}"].value() for name in SETS], answer.status_code) == (["both"] * 3, 302)
    with clinic_scope(riverside.clinic):
        merged = Patient.objects.get(pk=two[0].pk)
        assert (len(merged.tags), merged.other_names, merged.identifiers) == (2, "Ann, Anna, Annie", "Ward: 7")
        parted = unmerge(two[1].pk, two[0].pk)
        now = [[getattr(patient, name) for name in SETS] for patient in (parted.holder, parted.other)]
        assert now == [[getattr(patient, name) for name in SETS] for patient in two]


@pytest.mark.parametrize(("whose", "names"), [("survivor", "Ann,  Anna"), ("other", "anna, Annie")])
def test_one_side_of_a_set_can_be_chosen(riverside, sign_in, two, whose, names):
    merging(riverside, sign_in, two, **{"keep-other_names": whose})
    with clinic_scope(riverside.clinic):
        assert Patient.objects.get(pk=two[0].pk).other_names == names


def test_both_that_are_more_than_fits_are_refused_with_what_was_chosen(riverside, sign_in, two):
    with clinic_scope(riverside.clinic):
        for patient, sign in zip(two, "ab", strict=True):
            Patient.objects.filter(pk=patient.pk).update(other_names=sign * 150)
    _, answer = merging(riverside, sign_in, two)
    assert (answer.status_code, TOO_MUCH in text_of(answer)) == (422, True)
    with clinic_scope(riverside.clinic):
        assert Patient.objects.count() == 2
