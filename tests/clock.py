"""The clock and the clinics' zone, held still where a day begins or ends, and proof that what reads them was run."""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from types import CodeType
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connections

from clinic.tenancy.models import Clinic
from tests import world

# In each, today is another day at the clinics than where the server is. The last is the zone of the server, of its
# setting and of its process: a day that is asked of either is wrong.
CLOCKS = {
    "first moment of a year, ahead of UTC": ("Pacific/Auckland", "2027-12-31T11:00:00Z", "America/Los_Angeles"),
    "last moment of a year, in UTC": ("UTC", "2027-12-31T23:59:59.999999Z", "Pacific/Auckland"),
    "last moment of a day, behind UTC": ("America/Los_Angeles", "2027-12-31T07:59:59.999999Z", "Pacific/Auckland"),
}
TODAY = {"Pacific/Auckland": date(2028, 1, 1), "UTC": date(2027, 12, 31), "America/Los_Angeles": date(2027, 12, 30)}
# For what is about moments and their order, which are the same everywhere.
in_one_zone = pytest.mark.parametrize("clock", ["last moment of a year, in UTC"], indirect=True)
TOOL = 3  # of the numbers that sys.monitoring leaves to everybody


@dataclass
class Clock:
    """What the clock says: `moment` everywhere, `today` where the clinics are, whatever the `server` is set to."""

    zone: str
    server: str
    moment: datetime
    today: date
    traveller: time_machine.Traveller

    def day(self, days: int) -> date:
        """The day so many days from today."""
        return self.today + timedelta(days=days)

    @property
    def local(self) -> datetime:
        """The moment as the clinics' own clocks show it."""
        return self.moment.astimezone(ZoneInfo(self.zone))

    @property
    def at_server(self) -> datetime:
        """The moment as an operator's clock shows it."""
        return self.moment.astimezone(ZoneInfo(self.server))

    def move(self, **by: float) -> None:
        """Let time pass, or run back."""
        self.moment += timedelta(**by)
        self.traveller.move_to(self.moment)


def code_of(place: str) -> CodeType:
    """The code of a function by its place, "clinic/lists/models.py:Job.looks_lost"."""
    path, _, name = place.partition(":")
    found: object = import_module(path.removesuffix(".py").replace("/", "."))
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    return inspect.unwrap(found.fget if isinstance(found, property) else found).__code__


@contextmanager
def watched(places: list[str]) -> Iterator[None]:
    """Fail at the end unless each of the functions was called meanwhile."""
    codes, called = {code_of(place): place for place in places}, set()
    sys.monitoring.use_tool_id(TOOL, "clock")
    events = sys.monitoring.events
    try:
        sys.monitoring.register_callback(TOOL, events.PY_START, lambda code, offset: called.add(codes[code]))
        for code in codes:
            sys.monitoring.set_local_events(TOOL, code, events.PY_START)
        yield
    finally:
        for code in codes:
            sys.monitoring.set_local_events(TOOL, code, events.NO_EVENTS)
        sys.monitoring.free_tool_id(TOOL)
    assert set(places) - called == set(), "a test names a place that reads the clock, and does not come there"


def put_clinics(zone: str) -> None:
    """Have every clinic that there is, and those that tests make from now on, in a zone."""
    Clinic.objects.using("owner").update(time_zone=zone)
    connections["owner"].close()
    world.zone = zone
    for made in world.made:
        made.clinic.time_zone = zone


@pytest.fixture(params=CLOCKS)
def clock(request, settings, django_db_setup, django_db_blocker) -> Iterator[Clock]:
    """A clock that stands still, and every clinic in a zone. Name it first, so that whoever signs in does so by it.

    `@pytest.mark.clock(place, ...)` names the functions whose reading of the clock the test is about.
    """
    zone, moment, server = CLOCKS[request.param]
    settings.TIME_ZONE = server
    now = datetime.fromisoformat(moment).astimezone(ZoneInfo(server))
    places = [place for mark in request.node.iter_markers("clock") for place in mark.args]
    with time_machine.travel(now, tick=False) as traveller, watched(places):
        with django_db_blocker.unblock():
            put_clinics(zone)
        yield Clock(zone, server, now, TODAY[zone], traveller)
    with django_db_blocker.unblock():
        put_clinics("UTC")
