"""What workers do by themselves: once an interval whoever is there, caught up later, and no failure stops the rest."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from clinic.recurring import RECURRING
from clinic.staff import clinics
from clinic.tenancy.fleet.migration import alone
from clinic.tenancy.models import Clinic, Heartbeat, RecurringRun, State
from clinic.tenancy.scope import public_scope
from clinic.tenancy.work import recurring, turns
from clinic.tenancy.work.recurring import Recurring, do_due
from tests.clock import in_one_zone
from tests.side_by_side import overlap

runs: list[str] = []
ONE = Recurring("one", timedelta(hours=1), f"{__name__}.note")
EACH = Recurring("each", timedelta(hours=1), f"{__name__}.note", per_clinic=True)


def note() -> None:
    """As a work that is declared; it fails in the clinics, or at all, where `runs` begins with their name."""
    clinic = getattr(connection, "clinic", None)
    runs.append(clinic.name if clinic else "one")
    if runs[0] == f"not {runs[-1]}":
        raise ValueError("Marguerite")


@pytest.fixture(autouse=True)
def _no_runs(settings):
    runs.clear()
    settings.DATABASE_OWNER_URL = "as the tests have it"


@pytest.fixture
def committed(woodside):
    """The database as others see it; what recurred in it is forgotten at the end."""
    yield woodside
    RecurringRun.objects.using("owner").all().delete()


def row(name: str) -> RecurringRun:
    return RecurringRun.objects.get(pk=name)


def move(name: str, **fields) -> None:
    """The row as it is so much later."""
    for field, ago in fields.items():
        RecurringRun.objects.filter(pk=name).update(**{field: recurring.Now() - ago})


@pytest.mark.parametrize("declared", RECURRING, ids=lambda one: one.name)
def test_each_declared_work_can_be_done(declared, committed):
    assert (do_due([declared]), row(declared.name).why, row(declared.name).done_at is None) == (
        [declared.name], "", False,
    )  # fmt: skip


def test_names_are_of_one_work_each():
    names = [one.name for one in RECURRING]
    assert (sorted(set(names)), len(names) > 4) == (sorted(names), True)


def test_work_is_done_once_an_interval_and_caught_up(db):
    seen = [do_due([ONE]), do_due([ONE])]
    for ago in (timedelta(minutes=59), timedelta(hours=1), timedelta(days=9)):
        move("one", done_at=ago)
        seen.append(do_due([ONE]))
    assert (seen, runs) == ([["one"], [], [], ["one"], ["one"]], ["one"] * 3)


def test_of_two_workers_one_does_it(committed):
    def take() -> bool:
        return recurring._take(ONE)

    RecurringRun.objects.create(name="one")
    both = overlap(public_scope, take, take)
    assert (both.first, both.second, both.waited) == (True, False, True)


def test_work_of_a_worker_that_died_is_done_by_the_next(db):
    do_due([ONE])
    move("one", done_at=timedelta(days=1), taken_until=timedelta(seconds=-5))
    seen = [do_due([ONE])]
    move("one", taken_until=timedelta(seconds=1))
    assert [*seen, do_due([ONE])] == [[], ["one"]]


def test_failing_clinic_stops_no_other(riverside, caplog):
    names = sorted(Clinic.objects.values_list("name", flat=True))
    runs.append(f"not {riverside.clinic.name}")
    do_due([EACH, ONE])
    assert (sorted(runs[1:]), len(names) > 1) == ([*names, "one"], True)
    said = row("each").why
    assert (said[:40], row("each").done_at is None) == ("in 1 of the clinics: ValueError in note,", False)
    assert "Marguerite" not in said + caplog.text


@pytest.mark.parametrize(
    "fields", [{"state": State.SUSPENDED}, {"out_of_service": True}, {"deleted_at": "2026-01-01T00:00Z"}]
)
def test_closed_clinic_is_left_alone(committed, fields):
    row = Clinic.objects.using("owner").filter(pk=committed.clinic.pk)
    names = set(Clinic.objects.values_list("name", flat=True))
    row.update(**fields)
    try:
        do_due([EACH])
    finally:
        row.update(state=State.ACTIVE, out_of_service=False, deleted_at=None)
    assert set(runs) == names - {committed.clinic.name}


def test_work_that_fails_is_not_done_and_is_tried_again(riverside, caplog):
    runs.append("not one")
    do_due([ONE, EACH])
    failed = row("one")
    assert (failed.done_at, failed.why[:21], len(runs) > 2) == (None, "ValueError in note, t", True)
    move("one", taken_until=timedelta(seconds=1))
    runs[0] = "may"
    assert (do_due([ONE]), row("one").why, "Marguerite" in caplog.text) == (["one"], "", False)


def test_work_is_handed_on_when_the_worker_is_told_to_end(riverside, monkeypatch):
    calls = iter([None, None, turns.ToldToEnd])

    def get_on():
        if (end := next(calls)) is not None:
            raise end

    monkeypatch.setattr(turns, "get_on", get_on)
    with pytest.raises(turns.ToldToEnd):
        do_due([EACH])
    assert (row("each").done_at, row("each").taken_until, len(runs)) == (None, None, 1)


def test_bin_is_not_waited_for_while_others_work_on_clinics(committed):
    with alone(lambda: None), pytest.raises(clinics.Busy):
        clinics.empty_bin()


@in_one_zone
@pytest.mark.clock("clinic/lists/management/commands/recurring.py:Command.handle")
def test_command_says_when_each_work_was_done_and_who_works(clock, riverside, settings):
    settings.DATABASE_OWNER_URL, settings.EMBEDDED = "", False
    Heartbeat.objects.all().delete()
    Heartbeat.objects.create(worker="here:1", beaten_at=recurring.Now() - timedelta(seconds=70))
    RecurringRun.objects.all().delete()
    RecurringRun.objects.create(name="old-tasks", done_at=clock.moment, why="in 1 of the clinics: ValueError")
    RecurringRun.objects.create(name="old-files", done_at=recurring.Now())
    move("old-files", done_at=timedelta(days=1, minutes=9))
    out = StringIO()
    call_command("recurring", stdout=out)
    lines = {line.split()[0]: re.split(" {2,}", line)[1:] for line in out.getvalue().splitlines()}
    needs = "late; the worker needs DATABASE_OWNER_URL for it"
    assert {name: lines[name] for name in ("lost-jobs", "old-files", "old-tasks", "expired-sessions", "bin")} == {
        "lost-jobs": ["10 seconds", "never", "late"],
        "old-files": ["1 day", lines["old-files"][1], "as it should be"],
        "old-tasks": ["1 day", "2028-01-01 12:59:59", "in 1 of the clinics: ValueError"],
        "expired-sessions": ["1 hour", "never", needs],
        "bin": ["1 day", "never", needs],
    }
    assert out.getvalue().splitlines()[-1] == "Worker here:1 was heard of 70 seconds ago."
