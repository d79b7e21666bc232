"""A backup behind a passphrase: nothing of it is readable without, and it comes back with it."""

from zipfile import ZipFile

import pytest
from django.core.management import CommandError

from tests.staff.conftest import AWKWARD, change, command, names, rows


@pytest.fixture
def passphrase(lake):
    file = lake.file.parent / "passphrase"
    file.write_text("eleven green kettles\nnot this\n")
    return file


def test_encrypted_backup_comes_back_by_its_passphrase_only(lake, passphrase):
    before = rows(lake.clinic)
    command("backup_clinic", lake.clinic.name, lake.file, "--passphrase-file", passphrase)
    assert lake.file.stat().st_mode & 0o777 == 0o600
    change(lake.clinic)
    changed = rows(lake.clinic)
    wrong = lake.file.parent / "wrong"
    wrong.write_text("eleven green kettle")
    for words in ([], ["--passphrase-file", wrong]):
        with pytest.raises(CommandError, match="passphrase does not open the file"):
            command("restore_clinic", lake.clinic.name, lake.file, *words)
    assert rows(lake.clinic) == changed
    lake.restore("--passphrase-file", passphrase)
    assert (rows(lake.clinic), names(lake.clinic)) == (before, [AWKWARD, "Ben"])
    left = {"lake.backup", "media", "passphrase", "wrong"}
    assert {path.name for path in lake.file.parent.iterdir()} == left


def test_nothing_is_readable_in_an_encrypted_backup(lake, passphrase):
    lake.backup()
    with ZipFile(lake.file) as archive:
        assert b"Ben" in archive.read("rows/patients_patient")
    command("backup_clinic", lake.clinic.name, lake.file, "--passphrase-file", passphrase)
    with ZipFile(lake.file) as archive:
        assert archive.namelist() == ["key.age", "backup.age"]
        parts = [archive.read(name) for name in archive.namelist()]
    assert [part.startswith(b"age-encryption.org/v1\n") for part in parts] == [True, True]
    assert [word in b"".join(parts) for word in (b"PK\x03\x04", b"Ben", b"patients_patient")] == [False] * 3


@pytest.mark.parametrize("first", ["", "short", " \n", "elevenchars"])
def test_passphrase_that_is_too_short_is_refused_and_nothing_is_written(lake, first):
    file = lake.file.parent / "passphrase"
    file.write_text(f"{first}\nmuch longer than twelve\n")
    with pytest.raises(CommandError, match="at least 12 characters"):
        command("backup_clinic", lake.clinic.name, lake.file, "--passphrase-file", file)
    assert (lake.file.exists(), file.exists()) == (False, True)


def test_passphrase_file_that_is_not_there_is_named(lake):
    with pytest.raises(CommandError, match="nowhere cannot be used: No such file"):
        command("backup_clinic", lake.clinic.name, lake.file, "--passphrase-file", lake.file.parent / "nowhere")
