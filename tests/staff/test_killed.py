"""kill -9 of a backup, a restore, a creation and a removal, at any of their steps; then each is begun again."""

from functools import partial
from itertools import count
from zipfile import ZipFile

import pytest

from clinic.staff import clinics
from clinic.staff.actions import create_clinic
from clinic.staff.backups import restoring, writing
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.models import Clinic
from tests.committed import administer
from tests.killing import killed_before
from tests.sizes import times
from tests.staff.conftest import change, rows
from tests.world import Writer

BY = {"by": Writer()}


def steps(stride: int):
    """Every step in `make prove`; in other runs those that are so far apart."""
    return count(1, max(1, stride // times(1)))


def places() -> tuple[set[str], set[str], set[str]]:
    """The schemas and the roles of clinics, and the schemas that rows know."""
    schemas = administer(r"SELECT nspname FROM pg_namespace WHERE nspname ~ '^c_[0-9a-f]{16}$'")
    roles = administer(r"SELECT rolname FROM pg_roles WHERE rolname ~ '^c_[0-9a-f]{16}$'")
    known = administer("SELECT schema_name FROM tenancy_clinic UNION SELECT schema_name FROM tenancy_preparedschema")
    return tuple({name for (name,) in found} for found in (schemas, roles, known))


def nothing_is_left_over() -> bool:
    schemas, roles, known = places()
    return schemas == roles == known


def test_backup_that_is_killed_leaves_the_earlier_file_or_the_new_one(lake):
    backup = partial(writing.backup_clinic, clinic=lake.clinic, to=lake.file, **BY)
    backup()
    earlier, kills = lake.file.read_bytes(), 0
    for step in steps(5):
        if not killed_before(step, backup):
            break
        kills += 1
        with ZipFile(lake.file) as archive:
            assert (lake.file.read_bytes() == earlier or archive.testzip() is None) is True
        backup()
        earlier = lake.file.read_bytes()
        assert [path.name for path in lake.file.parent.glob("*lake*")] == [lake.file.name]
        assert list(lake.file.parent.glob(".*.part")) == []
    assert kills >= 3


def test_restore_that_is_killed_leaves_the_clinic_as_it_was_or_restored(lake):
    lake.backup()
    whole, kills = rows(lake.clinic), 0
    restore = partial(restoring.restore_clinic, named=str(lake.clinic.pk), source=lake.file, **BY)
    for step in steps(12):
        change(lake.clinic)
        changed = rows(lake.clinic)
        if not killed_before(step, restore):
            break
        kills += 1
        found = rows(lake.clinic)
        assert found in (changed, whole), step
        assert nothing_is_left_over()
        restore()
        assert (rows(lake.clinic), nothing_is_left_over()) == (whole, True), step
    assert kills >= 3


@pytest.fixture
def killed_name(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield "Killed while it was made"
        for clinic in Clinic.objects.using("owner").filter(name__startswith="Killed while"):
            provisioning.drop_clinic(clinic)


def test_creation_that_is_killed_leaves_nothing_and_can_be_begun_again(lakeside, killed_name):
    create = partial(create_clinic, name=killed_name, owner=lakeside.owner, **BY)
    made = Clinic.objects.using("owner").filter(name=killed_name)
    kills = 0
    for step in count(1):
        killed = killed_before(step, create)
        assert nothing_is_left_over(), step
        if not killed:
            break
        kills += 1
        for clinic in made.all():  # it was killed after the commit of the clinic, before what follows
            provisioning.drop_clinic(clinic)
    assert (made.count(), kills >= 3) == (1, True)


def test_removal_that_is_killed_is_done_by_the_next_one(lakeside, killed_name):
    kills = 0
    for step in count(1):
        clinic = create_clinic(name=killed_name, owner=lakeside.owner, **BY)
        Clinic.objects.using("owner").filter(pk=clinic.pk).update(deleted_at="2026-01-01T00:00Z")
        killed = killed_before(step, clinics.purge_clinics)
        assert nothing_is_left_over(), step
        if not killed:
            break
        kills += 1
        clinics.purge_clinics()
        assert (row_is_there(clinic), nothing_is_left_over()) == (False, True), step
    assert (row_is_there(clinic), kills >= 3) == (False, True)


def row_is_there(clinic) -> bool:
    return Clinic.objects.using("owner").filter(pk=clinic.pk).exists()
