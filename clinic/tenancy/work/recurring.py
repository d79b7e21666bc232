"""What workers do by themselves, again and again: each once an interval, however many workers there are.

`clinic/recurring.py` declares it. A row for each work says when it was last done, and one statement takes it; so what
fell due while no worker was running is done when one starts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from clinic.postgres.outages import is_lost
from clinic.tenancy.fleet.migration import reason
from clinic.tenancy.models import Clinic, RecurringRun, State
from clinic.tenancy.scope import clinic_scope
from clinic.tenancy.work import turns

log = structlog.get_logger("clinic.recurring")
SHORTEST, LONGEST = timedelta(seconds=20), timedelta(minutes=10)  # that a worker has a work, and pauses after a failure


@dataclass(frozen=True)
class Recurring:
    """Work by the dotted name of its function, which takes nothing; `per_clinic` it is called in each clinic's scope.

    `by_owner` needs the database owner's role, and is left to `manage.py` where a worker has not got it.
    """

    name: str
    every: timedelta
    work: str
    per_clinic: bool = False
    by_owner: bool = False


def can_do(recurring: Recurring) -> bool:
    return not recurring.by_owner or settings.EMBEDDED or bool(settings.DATABASE_OWNER_URL)


def do_due(declared: Iterable[Recurring]) -> list[str]:
    """Do what is due and nobody else does; the names. An error is logged and noted, and the next one's turn comes."""
    mine = [recurring for recurring in declared if can_do(recurring)]
    rows = [RecurringRun(name=recurring.name) for recurring in mine]
    RecurringRun.objects.bulk_create(rows, ignore_conflicts=True)
    done = []
    for recurring in mine:
        turns.get_on()
        if _take(recurring):
            _do(recurring)
            done.append(recurring.name)
    return done


def _take(recurring: Recurring) -> bool:
    """Whether this worker has it now: one statement, so that of two who ask at once one is told so."""
    due = Q(done_at=None) | Q(done_at__lte=Now() - recurring.every)
    free = Q(taken_until=None) | Q(taken_until__lte=Now())
    taken_for = min(max(recurring.every, SHORTEST), LONGEST)
    rows = RecurringRun.objects.filter(due, free, name=recurring.name)
    return bool(rows.update(taken_until=Now() + taken_for))


def _do(recurring: Recurring) -> None:
    """Do one; what fails as a whole is not done, and is tried again when nobody has it any more."""
    rows = RecurringRun.objects.filter(name=recurring.name)
    function: Callable[[], object] = import_string(recurring.work)
    try:
        why = _in_each_clinic(recurring, function) if recurring.per_clinic else _at_once(function)
    except turns.ToldToEnd:
        rows.update(taken_until=None)
        raise
    except Exception as error:
        if is_lost(error):
            raise
        log.error("recurring_failed", work=recurring.name, why=reason(error))
        rows.update(why=reason(error)[:500])
    else:
        rows.update(done_at=Now(), taken_until=None, why=why)


def _at_once(function: Callable[[], object]) -> str:
    function()
    return ""


def _in_each_clinic(recurring: Recurring, function: Callable[[], object]) -> str:
    """Every open clinic, whatever becomes of the one before; in words how many failed, and why the last one did."""
    failed, last = 0, ""
    for clinic in Clinic.objects.filter(deleted_at=None, out_of_service=False, state=State.ACTIVE).order_by("pk"):
        turns.get_on()
        try:
            with clinic_scope(clinic):
                function()
        except Exception as error:
            if is_lost(error):
                raise
            failed, last = failed + 1, reason(error)
            log.error("recurring_failed", work=recurring.name, clinic=str(clinic.pk), why=last)
    return f"in {failed} of the clinics: {last}"[:500] if failed else ""


def last_runs(declared: Iterable[Recurring]) -> list[tuple[Recurring, RecurringRun | None, bool]]:
    """Each work with its last run, and whether it is late: due for longer than it takes to try again."""
    rows = {row.name: row for row in RecurringRun.objects.annotate(age=Now() - F("done_at"))}
    late = {
        row.name
        for row in rows.values()
        for recurring in declared
        if recurring.name == row.name and (row.age is None or row.age > recurring.every + LONGEST)
    }
    return [(one, rows.get(one.name), one.name not in rows or one.name in late) for one in declared]
