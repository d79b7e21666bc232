"""Inside a scope it is the clinic's day and time, whatever the server's zone is, and whoever was here before."""

from contextlib import ExitStack, closing
from datetime import date, datetime
from importlib import import_module
from itertools import chain
from threading import Barrier

import pytest
import time_machine
from django.conf import settings as configuration
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.template import Context, Template
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope, public_scope
from clinic.tenancy.zones import check_zone, zone_names
from tests.patience import PATIENCE
from tests.side_by_side import beside, end_of
from tests.world import make_patient

AUCKLAND, LOS_ANGELES = "Pacific/Auckland", "America/Los_Angeles"
# Where both clinics' days turn, one after the other: in Auckland it is another day from the second on, in Los Angeles
# from the fourth.
MIDNIGHTS = {
    "2027-06-30T11:59:59Z": (date(2027, 6, 30), date(2027, 6, 30)),
    "2027-06-30T12:00:00Z": (date(2027, 7, 1), date(2027, 6, 30)),
    "2027-07-01T06:59:59Z": (date(2027, 7, 1), date(2027, 6, 30)),
    "2027-07-01T07:00:00Z": (date(2027, 7, 1), date(2027, 7, 1)),
}
# Clocks are put forward and back at these moments: a day of 23 hours, and one of 25.
CHANGES = [
    (AUCKLAND, "2027-09-25T13:59:59Z", "26 Sep 2027, 01:59"),
    (AUCKLAND, "2027-09-25T14:00:00Z", "26 Sep 2027, 03:00"),
    (AUCKLAND, "2027-09-26T10:59:59Z", "26 Sep 2027, 23:59"),
    (AUCKLAND, "2027-09-26T11:00:00Z", "27 Sep 2027, 00:00"),
    (LOS_ANGELES, "2027-11-07T07:00:00Z", "7 Nov 2027, 00:00"),
    (LOS_ANGELES, "2027-11-07T08:59:59Z", "7 Nov 2027, 01:59"),
    (LOS_ANGELES, "2027-11-07T09:00:00Z", "7 Nov 2027, 01:00"),
    (LOS_ANGELES, "2027-11-08T07:59:59Z", "7 Nov 2027, 23:59"),
    (LOS_ANGELES, "2027-11-08T08:00:00Z", "8 Nov 2027, 00:00"),
]


def active_zone() -> str:
    return str(timezone.get_current_timezone())


def in_zone(clinic: Clinic, zone: str) -> Clinic:
    """The clinic as it would be in another zone; not saved."""
    return Clinic(pk=clinic.pk, name=clinic.name, schema_name=clinic.schema_name, time_zone=zone)


@pytest.mark.parametrize(("moment", "days"), MIDNIGHTS.items())
def test_two_clinics_have_each_their_own_day_one_after_the_other(riverside, hillside, moment, days):
    """Outside both it is the server's day, and in `public` it stays the day of the clinic around it."""
    pair = in_zone(riverside.clinic, AUCKLAND), in_zone(hillside.clinic, LOS_ANGELES)
    seen = []
    with time_machine.travel(datetime.fromisoformat(moment), tick=False):
        for clinic in chain(pair, pair):
            with clinic_scope(clinic), public_scope():
                seen.append(timezone.localdate())
            assert active_zone() == configuration.TIME_ZONE
    assert seen == [*days, *days]


@pytest.mark.parametrize(("moment", "days"), MIDNIGHTS.items())
def test_requests_of_two_clinics_refuse_what_is_tomorrow_where_each_is(riverside, hillside, sign_in, moment, days):
    Clinic.objects.filter(pk=riverside.clinic.pk).update(time_zone=AUCKLAND)
    Clinic.objects.filter(pk=hillside.clinic.pk).update(time_zone=LOS_ANGELES)
    with time_machine.travel(datetime.fromisoformat(moment), tick=False):
        clients = [sign_in(world.clinician) for world in (riverside, hillside)]
        for client, today in zip(clients * 2, days * 2, strict=True):
            said = [
                client.post("/patients/birth-date/", {"date_of_birth": str(day)}).content.decode()
                for day in (today, date.fromordinal(today.toordinal() + 1))
            ]
            assert said == [f"{today:%-d %B %Y}, 0 years", "This date of birth is in the future."]


@pytest.mark.parametrize(("zone", "moment", "said"), CHANGES)
def test_time_on_a_page_follows_the_change_of_the_clocks(riverside, zone, moment, said):
    page = Template('{{ at|date:"j M Y, H:i" }}')
    at = datetime.fromisoformat(moment)
    with time_machine.travel(at, tick=False), clinic_scope(in_zone(riverside.clinic, zone)):
        patient = make_patient()
        assert page.render(Context({"at": patient.created_at})) == said
        assert (f"{timezone.localdate():%-d %b %Y}", patient.created_at) == (said.partition(",")[0], at)


@pytest.fixture
def clinics(riverside, hillside) -> list[Clinic]:
    return [riverside.clinic, hillside.clinic]


STEP = st.tuples(st.booleans(), st.integers(0, 1), st.sampled_from(sorted(zone_names())))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=4), fails=st.booleans())
def test_zone_inside_any_scopes_is_the_clinics_and_afterwards_the_one_before(clinics, steps, fails):
    """Scopes nested in any way, in `public` or in one of two clinics, and left by an error or not."""
    clinic, before, left = None, [], ExitStack()
    with transaction.atomic(), closing(left):
        for in_public, which, zone in steps:
            before.append(active_zone())
            active = connections["default"].clinic
            if in_public:
                left.enter_context(public_scope())
            elif active is not None:
                left.enter_context(clinic_scope(active))
            else:
                clinic = in_zone(clinics[which], zone)
                left.enter_context(clinic_scope(clinic))
            assert active_zone() == (clinic.time_zone if clinic else before[0])
        leave(left, fails)
        assert active_zone() == before[0] == configuration.TIME_ZONE


def leave(stack: ExitStack, fails: bool) -> None:
    """Close the scopes as a block's end does, or as an error in it does."""
    if not fails:
        stack.close()
        return
    with pytest.raises(ZeroDivisionError), transaction.atomic(), stack:
        raise ZeroDivisionError


def test_threads_have_each_the_zone_of_their_own_clinic(riverside, hillside):
    """Both are inside at the same time, and look after the other has entered."""
    met = Barrier(2, timeout=PATIENCE)

    def zone_in(clinic: Clinic) -> list[str]:
        with clinic_scope(clinic):
            met.wait()
            inside = active_zone()
            met.wait()
        return [inside, active_zone()]

    pair = in_zone(riverside.clinic, AUCKLAND), in_zone(hillside.clinic, LOS_ANGELES)
    work = [beside(lambda clinic=clinic: zone_in(clinic)) for clinic in pair]
    assert [end_of(each) for each in work] == [[zone, configuration.TIME_ZONE] for zone in (AUCKLAND, LOS_ANGELES)]


@pytest.mark.parametrize("name", ["", "Europe/Nowhere", "localtime", "../etc/passwd", "europe/london\0", "+13:00"])
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(ValidationError, match=r"is no time zone\. Choose one by its name, such as Europe/London\."):
        check_zone(name)


def test_clinics_of_the_release_before_keep_the_servers_zone(owner, settings):
    """Run the migration on the clinics that are there, and write another row as older code does."""
    migration = import_module("clinic.tenancy.migrations.0007_time_zones").Migration("0007_time_zones", "tenancy")
    settings.TIME_ZONE = "Asia/Kathmandu"
    connections["default"].close()
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("ALTER TABLE tenancy_clinic DROP COLUMN time_zone, DROP COLUMN country")
        with owner.schema_editor(atomic=False) as editor:
            before = MigrationLoader(None).project_state(("tenancy", "0006_out_of_service"))
            migration.apply(before, editor)
        cursor.execute(
            "INSERT INTO tenancy_clinic (id, name, schema_name, created_at) SELECT %s, 'Old', 'c_o', now()",
            ["00000000-0000-4000-8000-00000000000a"],
        )
        cursor.execute("SELECT name = 'Old', time_zone, country, count(*) > 0 FROM tenancy_clinic GROUP BY 1, 2, 3")
        assert sorted(cursor.fetchall()) == [(False, "Asia/Kathmandu", "", True), (True, "Asia/Kathmandu", "", True)]
        transaction.set_rollback(True, using="owner")
