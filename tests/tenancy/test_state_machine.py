"""Any order of entering, leaving, nesting, saving, failing and looking shows exactly the rows of the active clinic."""

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from clinic.patients.models import Patient
from clinic.tenancy.scope import WrongClinic, clinic_scope, public_scope
from tests.committed import administer
from tests.sizes import times
from tests.world import make_patient

CLINICS: list[Any] = []
clinics = st.integers(0, 1)


class Stop(Exception):
    """What a rule raises through a scope."""


@dataclass
class Level:
    """One scope or savepoint that is open, and the clinic's names as they were when it was opened."""

    block: Any
    before: set[str]
    records: list[Patient] = field(default_factory=list)


def names() -> set[str]:
    return set(Patient.objects.values_list("full_name", flat=True))


class Scopes(RuleBasedStateMachine):
    """The model: names committed in each clinic, the names visible now, and the open blocks around this point."""

    def __init__(self) -> None:
        super().__init__()
        for clinic in CLINICS:
            administer(f'DELETE FROM "{clinic.schema_name}".patients_patient')
        self.committed: list[set[str]] = [set(), set()]
        self.active: int | None = None
        self.visible: set[str] = set()
        self.levels: list[Level] = []
        self.lazy: list[tuple[int | None, Any]] = []
        self.loaded: list[tuple[int, Patient]] = []

    def teardown(self) -> None:
        while self.levels:
            self._close(Stop())
        connection.close()

    # Entering and leaving

    def _open(self, block: Any) -> None:
        block.__enter__()
        self.levels.append(Level(block, set(self.visible)))

    def _close(self, error: Exception | None = None) -> None:
        level = self.levels.pop()
        if error:
            self.visible = level.before
        with suppress(Stop):
            if not level.block.__exit__(type(error) if error else None, error, None) and error:
                raise error
        if not self.levels:
            self.committed[self.active or 0] = self.visible
            self.active, self.visible = None, set()

    @precondition(lambda self: self.active is None)
    @rule(which=clinics)
    def enter(self, which: int) -> None:
        self.active, self.visible = which, set(self.committed[which])
        self._open(clinic_scope(CLINICS[which]))

    @precondition(lambda self: self.levels)
    @rule()
    def leave(self) -> None:
        self._close()

    @precondition(lambda self: 0 < len(self.levels) < 4)
    @rule()
    def nest(self) -> None:
        self._open(clinic_scope(CLINICS[self.active or 0]))

    @precondition(lambda self: 0 < len(self.levels) < 4)
    @rule()
    def savepoint(self) -> None:
        self._open(transaction.atomic())

    @precondition(lambda self: self.levels)
    @rule()
    def raise_through(self) -> None:
        self._close(Stop())

    @precondition(lambda self: self.levels)
    @rule()
    def rollback(self) -> None:
        transaction.set_rollback(True)
        self.visible = set(self.levels[-1].before)
        self._close()

    @precondition(lambda self: self.active is not None)
    @rule()
    def switch(self) -> None:
        with pytest.raises(WrongClinic), clinic_scope(CLINICS[1 - (self.active or 0)]):
            pass

    # Writing

    @precondition(lambda self: self.active is not None)
    @rule()
    def save(self) -> None:
        patient = make_patient(full_name=f"P {uuid4().hex}")
        self.visible = self.visible | {patient.full_name}
        self.loaded.append((self.active or 0, patient))

    @precondition(lambda self: self.active is not None and self.loaded)
    @rule(data=st.data())
    def save_what_was_loaded(self, data: st.DataObject) -> None:
        made_in, patient = data.draw(st.sampled_from(self.loaded))
        if made_in != self.active:
            with pytest.raises(WrongClinic):
                patient.save()
            with pytest.raises(WrongClinic):
                patient.user  # noqa: B018
        elif patient.full_name in self.visible:
            patient.save(update_fields=["gender"])

    @precondition(lambda self: self.active is not None)
    @rule(statement=st.sampled_from(["SELEC 1", "SELECT * FROM no_such_table", "SELECT 1 / 0"]))
    def fail(self, statement: str) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    # Looking

    @rule()
    def make_stream(self) -> None:
        rows = Patient.objects.values_list("full_name", flat=True)
        self.lazy.append((self.active, rows.iterator() if len(self.lazy) % 2 else rows.all()))

    @precondition(lambda self: self.lazy)
    @rule(data=st.data())
    def stream(self, data: st.DataObject) -> None:
        made_in, rows = self.lazy.pop(data.draw(st.integers(0, len(self.lazy) - 1)))
        if self.active is None:
            with pytest.raises(ProgrammingError, match="does not exist"):
                list(rows)
        elif made_in not in (None, self.active):
            with pytest.raises(WrongClinic):
                list(rows)
        else:
            assert set(rows) == self.visible

    @precondition(lambda self: self.active is not None)
    @rule()
    def public(self) -> None:
        with public_scope(), pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
            names()

    @rule(which=clinics)
    def thread(self, which: int) -> None:
        found: list[Any] = []

        def work() -> None:
            try:
                with pytest.raises(ProgrammingError, match="does not exist"):
                    names()
                with clinic_scope(CLINICS[which]):
                    found.append(names())
            finally:
                connection.close()

        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
        assert found == [self.committed[which]]

    @invariant()
    def the_active_clinic_shows_its_rows_and_no_others(self) -> None:
        if self.active is not None:
            assert names() == self.visible
            return
        with pytest.raises(ProgrammingError, match="does not exist"):
            names()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('role'), current_setting('search_path')")
            assert cursor.fetchone() == ("none", "public")


def test_no_order_of_steps_shows_a_row_of_another_clinic(pair):
    CLINICS[:] = pair
    bounds = settings(
        max_examples=times(25),
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(Scopes, settings=bounds)
