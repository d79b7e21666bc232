"""Backups that are of another clinic, damaged or of a later release are refused with nothing changed."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import CommandError
from django.db import connections

from tests.committed import administer
from tests.staff.conftest import change, command, row, rows
from tests.world import own_clinic


def test_backup_of_one_clinic_is_refused_by_another(lake):
    lake.backup()
    with own_clinic("Seaside") as other:
        before = rows(other.clinic), rows(lake.clinic)
        for name in (other.clinic.name, other.clinic.pk, "Riverside", "No such clinic"):
            with pytest.raises(CommandError, match=f"This is a backup of {lake.clinic.name} .*, not of {name}"):
                command("restore_clinic", name, lake.file)
        assert (rows(other.clinic), rows(lake.clinic)) == before


def middle_of_the_largest_part(file: Path) -> int:
    """Where a byte means something: an archive has some, such as times in its headers, that nobody reads."""
    with ZipFile(file) as archive:
        part = max(archive.infolist(), key=lambda each: each.compress_size)
    header = file.read_bytes()[part.header_offset : part.header_offset + 30]
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return part.header_offset + len(header) + names + part.compress_size // 2


def damaged(file: Path, how: str) -> None:
    data = bytearray(file.read_bytes())
    if how == "cut short":
        data = data[: len(data) // 2]
    elif how == "a byte changed":
        data[middle_of_the_largest_part(file)] ^= 0xFF
    elif how == "empty":
        data = bytearray()
    else:
        data = bytearray(b"PK\x03\x04 nothing of ours")
    file.write_bytes(data)


@pytest.mark.parametrize("how", ["cut short", "a byte changed", "empty", "something else"])
def test_damaged_backup_is_refused_and_changes_nothing(lake, how):
    lake.backup()
    change(lake.clinic)
    before = rows(lake.clinic), administer("SELECT count(*) FROM pg_namespace"), row(lake.clinic).schema_name
    damaged(lake.file, how)
    with pytest.raises(CommandError, match=r"not a whole backup|has not signed the file"):
        lake.restore()
    with pytest.raises(CommandError, match="not a whole backup"):
        lake.restore("--unsigned")
    after = rows(lake.clinic), administer("SELECT count(*) FROM pg_namespace"), row(lake.clinic).schema_name
    assert after == before
    assert len(list((lake.file.parent / "media" / str(lake.clinic.pk)).iterdir())) == 1


def rewritten(file: Path, change) -> None:
    """The archive with its members changed by a function of their names and contents."""
    with ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def told(members, change) -> None:
    manifest = json.loads(members["clinic.json"])
    change(manifest)
    members["clinic.json"] = json.dumps(manifest)


WRONG = {
    "a row is missing": (
        lambda members: members.update({"rows/patients_patient": b""}),
        "0 rows of patients_patient instead of 2",
    ),
    "a table is missing": (
        lambda members: told(members, lambda manifest: manifest["tables"].pop("staff_practitioner")),
        "not those of the migrations",
    ),
    "another format": (lambda members: told(members, lambda manifest: manifest.update(format=2)), "format 2"),
    "a later release": (
        lambda members: told(members, lambda manifest: manifest["migrations"].append(["patients", "9999_later"])),
        "of a later release: patients.9999_later",
    ),
    "a file that leads out": (lambda members: members.update({"media/../../out.txt": b"x"}), "leads out"),
    "a file without a name": (lambda members: members.update({"media/.": b"x"}), "leads out"),
    "a folder": (lambda members: members.update({"media/": b""}), "leads out"),
    "a file that leads out elsewhere": (lambda members: members.update({"media/..\\out.txt": b"x"}), "leads out"),
    "an absolute file": (lambda members: members.update({"media//tmp/out.txt": b"x"}), "leads out"),
    "a key without its row": (
        lambda members: (
            members.update({"rows/staff_practitioner": b""}),
            told(members, lambda manifest: manifest["tables"]["staff_practitioner"].update(rows=0)),
        ),
        "IntegrityError 23503",
    ),
    "no people": (lambda members: members.pop("people.json"), "not a whole backup"),
}


@pytest.mark.parametrize("what", WRONG)
def test_backup_that_does_not_fit_is_refused_and_changes_nothing(lake, what):
    spoil, why = WRONG[what]
    lake.backup()
    change(lake.clinic)
    before = rows(lake.clinic), administer("SELECT count(*) FROM pg_namespace")
    rewritten(lake.file, spoil)
    with pytest.raises(CommandError, match="has not signed the file"):
        lake.restore()
    with pytest.raises(CommandError, match=why) as refused:
        lake.restore("--unsigned")
    assert "Ann" not in str(refused.value)
    assert (rows(lake.clinic), administer("SELECT count(*) FROM pg_namespace")) == before
    assert len(list((lake.file.parent / "media" / str(lake.clinic.pk)).iterdir())) == 1


def test_file_that_is_not_there_is_named(lake):
    with pytest.raises(CommandError, match="No such file"):
        lake.restore()
    with pytest.raises(CommandError, match="cannot be used"):
        command("backup_clinic", lake.clinic.name, lake.file.parent / "nowhere" / "x")


def test_file_is_for_this_account_only_and_nothing_else_is_left(lake):
    lake.backup()
    assert lake.file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in lake.file.parent.iterdir()) == ["lake.backup", "media"]


def test_failing_backup_keeps_the_earlier_file(lake):
    lake.backup()
    before = lake.file.read_bytes()
    patients = f"{lake.clinic.schema_name}.patients_patient"
    administer(f"ALTER TABLE {patients} OWNER TO CURRENT_USER")
    administer(f"REVOKE ALL ON {patients} FROM PUBLIC")
    with pytest.raises(CommandError, match="InsufficientPrivilege"):
        lake.backup()
    administer(f"ALTER TABLE {patients} OWNER TO {connections['owner'].settings_dict['USER']}")
    assert lake.file.read_bytes() == before
    assert sorted(path.name for path in lake.file.parent.iterdir()) == ["lake.backup", "media"]
