"""A committed clinic with something in it, its backup, and what a test compares."""

import io
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.test import Client

from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.lifecycle import backup_rows
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.committed import administer
from tests.world import make_assessment, make_patient

AWKWARD = "Ann\\ O'Neil \t \u00c9 \U0001f600"


def command(*words: object) -> str:
    """What the command says."""
    said = io.StringIO()
    call_command(*map(str, words), stdout=said, stderr=said)
    return said.getvalue()


def row(clinic) -> Clinic:
    return Clinic.objects.using("owner").get(pk=clinic.pk)


def rows(clinic) -> dict[str, list]:
    """Every row of every table of a clinic, but its trail's last ones."""
    schema = row(clinic).schema_name
    names = [name for (name,) in administer("SELECT tablename FROM pg_tables WHERE schemaname = %s", schema)]
    found = {name: administer(f"SELECT t::text FROM {schema}.{name} t ORDER BY 1") for name in sorted(names)}
    found.pop("django_migrations")
    found.pop("audit_auditevent")
    return found


def names(clinic) -> list[str]:
    with clinic_scope(row(clinic)):
        return sorted(Patient.objects.values_list("full_name", flat=True))


@pytest.fixture
def lake(lakeside, settings, tmp_path):
    """Lakeside with two patients, an assessment and a file; `backup()` writes and `restore()` reads its backup."""
    settings.MEDIA_ROOT = tmp_path / "media"
    clinic = lakeside.clinic
    with clinic_scope(clinic):
        make_assessment(make_patient(full_name=AWKWARD, address="One\nTwo\\N"))
        make_patient(full_name="Ben")
    folder = backup_rows.media_folder(clinic) / "letters"
    folder.mkdir(parents=True)
    (folder / "one.txt").write_text("Dear Ann")
    file = tmp_path / "lake.backup"
    return SimpleNamespace(
        world=lakeside,
        clinic=clinic,
        file=file,
        backup=lambda: command("backup_clinic", clinic.name, file),
        restore=lambda *more: command("restore_clinic", clinic.name, file, *more),
    )


def change(clinic) -> None:
    """Something in every table, and another file."""
    with clinic_scope(row(clinic)):
        Patient.objects.filter(full_name="Ben").update(full_name="Changed")
        make_assessment(make_patient(full_name="Later"))
        Practitioner.objects.update(display_name="Changed")
    (backup_rows.media_folder(row(clinic)) / "later.txt").write_text("x")


@pytest.fixture
def owner(riverside, sign_in) -> Client:
    """Somebody who looks after Riverside, signed in."""
    return sign_in(riverside.owner)
