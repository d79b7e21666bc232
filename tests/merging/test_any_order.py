"""Any order of merging, taking apart, editing, adding and moving leaves each row with whom the model has it.

The model knows nothing of a journal: each row belongs to a record, each record is in another or in none, and whoever
has a row is who is found by going from record to record.
"""

from contextlib import ExitStack, suppress
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from clinic.assessments.episodes.actions import start_episode
from clinic.assessments.models import Assessment
from clinic.assessments.record.actions import NameTaken, create_assessment, update_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.catalogue import find
from clinic.merging import actions
from clinic.merging.tables import CARE_TEAM, EPISODES, PHOTOS, SCHEDULES, TABLES
from clinic.patients.actions import add_to_care_team, update_patient
from clinic.patients.models import MergedPatient, Patient
from clinic.patients.photos.actions import set_photo
from clinic.tenancy.cluster import has_citus
from clinic.tenancy.rows import row_of
from clinic.tenancy.scope import clinic_scope
from tests.merging.records import BY, merge, unmerge
from tests.patients.photos.drawn import jpeg
from tests.sizes import times
from tests.world import World, ahead, make_patient

COUNT = 4
UNTOUCHED = (
    CARE_TEAM,
    EPISODES,
    PHOTOS,
    SCHEDULES,
)  # each record has one that every other has too, and no rule changes it
WORLD: World
STARTS: "Starts"
numbers = st.integers(0, COUNT - 1)


class Starts(NamedTuple):
    """The records that every example begins with: each has a walk, and one of everything that it can have once."""

    patients: list[UUID]
    walks: dict[UUID, UUID]
    before: dict[UUID, dict[str, Any]]


def start(world: World) -> Starts:
    with clinic_scope(world.clinic):
        keys = [made(world, number) for number in range(COUNT)]
        walks = {named(key, "Walk"): key for key in keys}
        return Starts(keys, walks, {key: untouched(key) for key in keys})


def made(world: World, number: int) -> UUID:
    patient = make_patient(full_name=f"P {uuid4().hex}")
    Patient.objects.filter(pk=patient.pk).update(address=f"own {patient.pk}")
    add_to_care_team(by=BY, patient=patient, person_id=world.front_desk.pk, name="Frank")
    start_episode(by=BY, patient=patient, started_on=ahead(-9 - number))
    set_schedule(by=BY, patient=patient, definition=find("phq-9"), every_days=14)
    set_photo(by=BY, id=patient.pk, content=jpeg((number, 0, 0), side=48))
    return patient.pk


def named(key: UUID, name: str) -> UUID:
    patient = Patient.objects.get(pk=key)
    fields: dict[str, Any] = {"type": "physical", "date": ahead(-1), "user": patient.user, "questions": []}
    return create_assessment(by=BY, patient=patient, name=name, **fields).pk


def untouched(key: UUID) -> dict[str, Any]:
    return {table.name: [row_of(row) for row in table.of(key)] for table in UNTOUCHED}


class Stop(Exception):
    """What takes back all that an example wrote."""


class Merges(RuleBasedStateMachine):
    """`into` says in which record a record is, `of` to which record an assessment belongs.

    `addresses` are what each record would show: at the bottom its own, then what each merge that stands gave it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(clinic_scope(WORLD.clinic))
        self.patients, self.of, self.before = list(STARTS.patients), dict(STARTS.walks), STARTS.before
        self.names = dict.fromkeys(self.of, "Walk")
        self.into: dict[UUID, UUID] = {}
        self.moved: set[UUID] = set()
        self.addresses: dict[UUID, list[tuple[Any, str]]] = {key: [(None, f"own {key}")] for key in self.patients}
        self.broken = False

    def teardown(self) -> None:
        with suppress(Stop):
            try:
                for key in sorted(self.into) if not self.broken else ():
                    self.take_out(key)
                assert self.broken or {key: untouched(key) for key in self.patients} == self.before
            finally:
                self.stack.__exit__(Stop, Stop(), None)

    def has(self, key: UUID) -> UUID:
        """Who has a record now: itself, or the one that it is in."""
        while key in self.into:
            key = self.into[key]
        return key

    def roots(self) -> list[UUID]:
        return [key for key in self.patients if key not in self.into]

    def check(self) -> None:
        """What is checked when a request ends: no key leads to what is gone."""
        self.broken = True
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self.broken = False

    @precondition(lambda self: len(self.roots()) > 1)
    @rule(first=numbers, second=numbers, takes=st.booleans())
    def merge_two(self, first: int, second: int, takes: bool) -> None:
        roots = self.roots()
        survivor = roots[first % len(roots)]
        other = [key for key in roots if key != survivor][second % (len(roots) - 1)]
        merge(Patient(pk=survivor), Patient(pk=other), *(["address"] if takes else []))
        self.check()
        self.into[other] = survivor
        value = self.addresses[other][-1][1]
        if takes and value != self.addresses[survivor][-1][1]:
            self.addresses[survivor].append((other, value))

    @precondition(lambda self: self.into)
    @rule(number=numbers)
    def take_one_out(self, number: int) -> None:
        self.take_out(sorted(self.into)[number % len(self.into)])

    def take_out(self, key: UUID) -> None:
        unmerge(key, self.has(key))
        self.check()
        survivor = self.into.pop(key)
        self.addresses[survivor] = [layer for layer in self.addresses[survivor] if layer[0] != key]

    @rule(number=numbers)
    def edit(self, number: int) -> None:
        key, text = self.has(self.patients[number]), f"edited {uuid4().hex}"
        update_patient(by=BY, id=key, version=None, address=text)
        self.addresses[key] = [(None, text)]

    @rule(number=numbers, name=st.sampled_from(["Walk", "Run"]))
    def add(self, number: int, name: str) -> None:
        with suppress(NameTaken):
            key = self.has(self.patients[number])
            row = named(key, name)
            self.of[row], self.names[row] = key, name

    @rule(at=st.integers(0, 20))
    def rename(self, at: int) -> None:
        row, name = sorted(self.of)[at % len(self.of)], f"named {uuid4().hex}"
        update_assessment(by=BY, id=row, version=None, name=name)
        self.names[row] = name

    @rule(at=st.integers(0, 20), number=numbers)
    def move(self, at: int, number: int) -> None:
        """By hand, to somebody else; once, since who moves a row back where it was may mean either record."""
        row, to = sorted(self.of)[at % len(self.of)], self.has(self.patients[number])
        if row in self.moved or to == self.has(self.of[row]):
            return
        with suppress(NameTaken):
            update_assessment(by=BY, id=row, version=None, patient_id=to)
            self.moved.add(row)
            self.of[row] = to
            self.names[row] = Assessment.objects.get(pk=row).name

    @invariant()
    def everybody_has_what_the_model_says(self) -> None:
        rows = dict(Assessment.objects.filter(pk__in=self.of).values_list("pk", "patient"))
        assert rows == {row: self.has(key) for row, key in self.of.items()}
        shown = dict(Patient.objects.filter(pk__in=self.patients).values_list("pk", "address"))
        assert shown == {key: self.addresses[key][-1][1] for key in self.roots()}
        merged = dict(MergedPatient.objects.filter(pk__in=self.patients).values_list("pk", "into"))
        assert merged == {key: self.has(key) for key in self.into}
        if not self.into:
            assert dict(Assessment.objects.filter(pk__in=self.of).values_list("pk", "name")) == self.names


def run(world: World, examples: int, *phases: Phase) -> None:
    global WORLD, STARTS
    WORLD, STARTS = world, start(world)
    bounds = settings(
        max_examples=examples,
        stateful_step_count=10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=phases or tuple(Phase),
    )
    run_state_machine_as_test(Merges, settings=bounds)


def test_any_order_leaves_each_row_with_its_record(riverside):
    run(riverside, times(15))
    with clinic_scope(riverside.clinic):
        assert {key: untouched(key) for key in STARTS.patients} == STARTS.before


@pytest.mark.parametrize("at", range(COUNT))
def test_row_that_was_moved_to_a_later_survivor_stays_there(riverside, at):
    global WORLD, STARTS
    WORLD, STARTS = riverside, start(riverside)
    for number in range(COUNT - 1):
        state = Merges()
        state.merge_two(first=0, second=0, takes=False)
        state.move(at=at, number=3)
        state.merge_two(first=0, second=0, takes=False)
        state.merge_two(first=1, second=0, takes=False)
        state.take_one_out(number=number)
        try:
            state.everybody_has_what_the_model_says()
        finally:
            state.teardown()


def test_forgotten_table_is_found(riverside, monkeypatch):
    """The negative control: a table that nobody declared. Where keys are checked at the end, the model finds it."""
    monkeypatch.setattr(actions, "TABLES", tuple(table for table in TABLES if table is not SCHEDULES))
    with pytest.raises(AssertionError if has_citus() else IntegrityError):
        run(riverside, 15, Phase.generate)
