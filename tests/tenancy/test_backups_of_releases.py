"""Backups of earlier releases come back as this one, and a backup's part goes when its process is gone."""

import io
import signal

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.fleet import survey as migrating
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.patience import wait_until
from tests.side_by_side import holds_lock
from tests.tenancy.facts import facts
from tests.tenancy.test_killed import START, begin, kill
from tests.tenancy.test_upgrading import add_patient, query

BACKUP = START + 'print("ready", flush=True)\ncall_command("backup_clinic", sys.argv[2], sys.argv[3])\n'


def backup(clinic, file):
    call_command("backup_clinic", str(clinic.pk), str(file), stdout=io.StringIO())


def restore(clinic, file):
    call_command("restore_clinic", str(clinic.pk), str(file), stdout=io.StringIO())
    return Clinic.objects.using("owner").get(pk=clinic.pk)


@pytest.mark.parametrize("name", ["plain", "code"])
def test_backup_of_an_earlier_release_comes_back_as_this_one(owner, make, release, tmp_path, name):
    """Python and a type change are run on its rows, and an index that is built concurrently is there."""
    old = make("Old")
    add_patient(old, "Ann")
    backup(old, tmp_path / "old")
    release(name)
    restored = restore(old, tmp_path / "old")
    assert query(restored, "SELECT nickname FROM patients_patient") == [("50 %" if name == "plain" else "ANN",)]
    assert facts(owner, restored.schema_name) == facts(owner, make("New").schema_name)
    assert restored not in migrating.behind()


def test_backup_of_a_later_release_is_refused(owner, make, release, settings, tmp_path):
    clinic = make("Later")
    release("plain")
    call_command("migrate_clinics", stdout=io.StringIO())
    backup(clinic, tmp_path / "later")
    settings.MIGRATION_MODULES = {}
    from tests.tenancy.conftest import forget_release

    forget_release()
    with pytest.raises(CommandError, match=r"of a later release: patients\.p9001_plain"):
        restore(clinic, tmp_path / "later")


def test_earlier_backup_whose_rows_do_not_fit_this_release_changes_nothing(owner, make, release, tmp_path):
    clinic = make("Unlucky")
    add_patient(clinic, "Unlucky Luke")
    backup(clinic, tmp_path / "old")
    release("failing")
    with pytest.raises(CommandError, match="CheckViolation") as refused:
        restore(clinic, tmp_path / "old")
    assert "Luke" not in str(refused.value)
    assert Clinic.objects.using("owner").get(pk=clinic.pk).schema_name == clinic.schema_name
    assert query(clinic, "SELECT full_name FROM patients_patient") == [("Unlucky Luke",)]


def test_clinic_that_is_behind_and_fenced_can_be_backed_up(owner, make, release, tmp_path):
    clinic = make("Unlucky")
    add_patient(clinic, "Unlucky Luke")
    release("failing")
    with pytest.raises(CommandError):
        call_command("migrate_clinics", stdout=io.StringIO(), stderr=io.StringIO())
    backup(clinic, tmp_path / "out_of_service")
    assert (tmp_path / "out_of_service").stat().st_size > 1000


# kill -9


def big(clinic):
    """Enough patients for a backup to take a while."""
    with clinic_scope(clinic, using="owner"):
        user = Practitioner.objects.using("owner").create(pk="00000000-0000-4000-8000-000000000001", display_name="Dr")
        many = [
            Patient(full_name=f"P {n}", gender="other", date_of_birth="1970-01-01", record_number=f"T-{n}", user=user)
            for n in range(20000)
        ]
        Patient.objects.using("owner").bulk_create(many, batch_size=2000)


def parts(folder) -> list:
    return sorted(folder.glob(".*"))


def test_next_backup_removes_what_killed_ones_of_the_clinic_left(owner, make, tmp_path):
    clinic, other = make("Killed"), make("Other")
    big(clinic)
    (tmp_path / f".{other.pk}.abc.part").touch()
    process = begin(BACKUP, "", str(clinic.pk), str(tmp_path / "killed"))
    wait_until(lambda: len(parts(tmp_path)) == 2)
    kill(process)
    assert len(parts(tmp_path)) == 2
    backup(clinic, tmp_path / "next")
    assert sorted(tmp_path.iterdir()) == [tmp_path / f".{other.pk}.abc.part", tmp_path / "next"]
    connections.close_all()


@holds_lock("staff.backups.writing._part")
@holds_lock("staff.backups.writing._sweep")
def test_backup_at_work_is_not_removed_by_another_of_the_clinic(owner, make, tmp_path):
    clinic = make("Busy")
    big(clinic)
    process = begin(BACKUP, "", str(clinic.pk), str(tmp_path / "first"))
    wait_until(lambda: parts(tmp_path) != [])
    process.send_signal(signal.SIGSTOP)
    backup(clinic, tmp_path / "second")
    assert len(parts(tmp_path)) == 1
    process.send_signal(signal.SIGCONT)
    said, _ = process.communicate()
    assert (process.returncode, sorted(tmp_path.iterdir())) == (0, [tmp_path / "first", tmp_path / "second"]), said
    connections.close_all()
