"""Deleting, purging and backing up by the clock, in three zones and at the edges of a day."""

import pytest
from django.utils.dateparse import parse_datetime

from clinic.accounts.models import User
from clinic.staff import clinics
from clinic.staff.backups.restoring import restore_clinic
from clinic.staff.backups.writing import backup_clinic
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.models import KEPT, Clinic
from tests.clock import in_one_zone
from tests.staff.conftest import command
from tests.world import Writer, own_clinic


@pytest.fixture(scope="module")
def mooring(django_db_setup, django_db_blocker):
    """A committed clinic of this module."""
    with django_db_blocker.unblock(), own_clinic("Mooring") as world:
        yield world.clinic


def line_of(clinic: Clinic) -> str:
    return next(line for line in command("clinics").splitlines() if str(clinic.pk) in line)


@pytest.mark.clock("clinic/staff/management/commands/delete_clinic.py:Command.handle")
def test_operator_is_told_until_when_by_the_clinics_clock(clock, mooring):
    said = command("delete_clinic", mooring.name)
    clinics.undelete_clinic(clinic=mooring, by=Writer())
    until = clock.local + KEPT
    assert f"Until {until:%Y-%m-%d %H:%M} ({clock.zone}) undelete_clinic brings it back" in said


@pytest.mark.clock(
    "clinic/staff/overview.py:_state", "clinic/staff/management/commands/clinics.py:_cells"
)  # fmt: skip
def test_overview_says_the_clinics_day_and_the_operators_time(clock, mooring):
    User.objects.using("owner").filter(memberships__clinic=mooring.pk).update(last_login=clock.moment)
    clinics.delete_clinic(clinic=mooring, by=Writer())
    line = line_of(mooring)
    clinics.undelete_clinic(clinic=mooring, by=Writer())
    assert f"deleted, kept until {clock.day(30).isoformat()} " in line
    assert f"  {clock.at_server:%Y-%m-%d %H:%M}" in line


@in_one_zone
@pytest.mark.clock("clinic/staff/backups/writing.py:_write")
def test_backup_says_when_it_was_made(clock, mooring, tmp_path):
    made = backup_clinic(clinic=mooring, to=tmp_path / "file", by=Writer())
    assert parse_datetime(made["made_at"]) == clock.moment


@in_one_zone
@pytest.mark.clock("clinic/staff/backups/restoring.py:_as_it_was")
def test_what_a_restore_replaces_is_in_the_bin_from_that_moment(clock, mooring, tmp_path):
    file = tmp_path / "file"
    backup_clinic(clinic=mooring, to=file, by=Writer())
    replaced = restore_clinic(named=mooring.name, source=file, by=Writer()).replaced
    mooring.refresh_from_db(using="owner")  # in another schema, for whatever test comes next
    provisioning.drop_clinic(replaced)
    assert replaced.deleted_at == clock.moment


@in_one_zone
@pytest.mark.clock("clinic/staff/clinics.py:purge_clinics")
def test_clinic_is_kept_for_30_days_to_the_second(clock, mooring):
    made = provisioning.create_clinic(name="Quay")
    clinics.delete_clinic(clinic=made, by=Writer())
    seen = []
    for seconds in (KEPT.total_seconds(), 0.001):
        clock.move(seconds=seconds)
        seen.append(clinics.purge_clinics())
    assert (seen, KEPT.days) == ([[], ["Quay"]], 30)
