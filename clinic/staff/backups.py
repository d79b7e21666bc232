"""A backup of one clinic in one file: its rows, its files, and the people and programs that may use it.

It is read in one snapshot while the clinic works, and restored beside the clinic as it is, which it replaces in one
transaction: whatever kills either, there is the old clinic or the new one, and a whole file or none.
"""

import fcntl
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from django.core import serializers
from django.db import DatabaseError, ProgrammingError, transaction
from django.utils import timezone
from django_tenants.utils import get_tenant_database_alias

from clinic.accounts.models import ApiClient, Membership, User
from clinic.audit import heads
from clinic.audit.actions import By, record
from clinic.audit.seals import NUMBERS_TO, RESTORED, highest_number
from clinic.staff.people import bring_people
from clinic.tenancy.fleet import survey as migrating
from clinic.tenancy.lifecycle import backup_rows, provisioning, recorder
from clinic.tenancy.lifecycle.backup_rows import Refused
from clinic.tenancy.models import Clinic, opaque_name
from clinic.tenancy.scope import clinic_scope
from clinic.ui.forms import one_line

FORMAT = 1
MANIFEST, PEOPLE = "clinic.json", "people.json"
DAMAGED = "The file is not a whole backup of a clinic."
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@dataclass(frozen=True)
class Restored:
    """The clinic, and by address who is a member again and who no longer is."""

    clinic: Clinic
    returned: list[str]
    gone: list[str]


def backup_clinic(*, clinic: Clinic, to: Path, by: By) -> dict[str, Any]:
    """Write the clinic into a file that only this account can read; what the file says about itself.

    The file appears whole or not at all, and replaces one of its name. What a killed backup of the clinic left beside
    it is removed.
    """
    owner = get_tenant_database_alias()
    with clinic_scope(clinic, using=owner):
        record("clinic.backed_up", clinic, by=by)
    with _appearing(to, clinic) as file, ZipFile(file, "w", ZIP_DEFLATED, compresslevel=3) as archive:
        with transaction.atomic(using=owner):
            with provisioning.owner_connection().cursor() as cursor:
                cursor.execute(SNAPSHOT)
            manifest = {
                "format": FORMAT,
                "made_at": timezone.now().isoformat(),
                "clinic": {
                    "id": str(clinic.pk),
                    "name": clinic.name,
                    "state": clinic.state,
                    "time_zone": clinic.time_zone,
                    "country": clinic.country,
                    "restricts_patients": clinic.restricts_patients,
                },
                "release": provisioning.fingerprint(),
                "migrations": backup_rows.applied(clinic.schema_name),
                "tables": backup_rows.copy_out(archive, clinic.schema_name),
                "files": backup_rows.media_out(archive, clinic),
            }
            archive.writestr(PEOPLE, serializers.serialize("json", _people(clinic)))
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    Clinic.objects.using(owner).filter(pk=clinic.pk).update(backed_up_at=manifest["made_at"])
    return manifest


def _people(clinic: Clinic) -> Iterator[User | Membership | ApiClient]:
    owner = get_tenant_database_alias()
    yield from User.objects.using(owner).filter(memberships__clinic=clinic)
    yield from Membership.objects.using(owner).filter(clinic=clinic)
    yield from ApiClient.objects.using(owner).filter(clinic=clinic)


@contextmanager
def _appearing(path: Path, clinic: Clinic) -> Iterator[IO[bytes]]:
    """A new file beside `path` that takes its place at the end, on the disk by then."""
    _sweep(path.parent, clinic)
    handle, name = _part(path.parent, clinic)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _part(folder: Path, clinic: Clinic) -> tuple[int, str]:
    """A new file that is locked as long as it is open: a lock ends with its process, whatever ends that."""
    while True:
        handle, name = tempfile.mkstemp(prefix=f".{clinic.pk}.", suffix=".part", dir=folder)
        with suppress(OSError):  # where nothing can be locked, nothing is swept
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, name
        os.close(handle)  # swept before it was locked


def _sweep(folder: Path, clinic: Clinic) -> None:
    """Remove what killed backups of the clinic left in a folder; what a living one writes is locked."""
    for part in folder.glob(f".{clinic.pk}.*.part"):
        with suppress(OSError), part.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


def restore_clinic(*, named: str, source: Path, by: By, name: str = "") -> Restored:
    """Make the clinic what it was when the file was written, at this release, also where it is not there any more.

    `named` is its name or id: a backup of another clinic is refused. A clinic that is there keeps its name; one that
    is not gets `name`, else the name it had. Raises Refused, and ValidationError for a name that is taken.
    """
    with _opened(source) as archive:
        return _restore(archive, _manifest(archive), named, by, name)


@contextmanager
def _opened(source: Path) -> Iterator[ZipFile]:
    """The archive after every byte of it was found to be as it was written."""
    try:
        archive = ZipFile(source)
    except BadZipFile as error:
        raise Refused(DAMAGED) from error
    with archive:
        try:
            bad = archive.testzip()
        except (BadZipFile, EOFError, zlib.error) as error:
            raise Refused(DAMAGED) from error
        if bad is not None:
            raise Refused(DAMAGED)
        yield archive


def _manifest(archive: ZipFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        for name in [PEOPLE, *(backup_rows.ROWS + table for table in manifest["tables"])]:
            archive.getinfo(name)
    except (KeyError, ValueError) as error:
        raise Refused(DAMAGED) from error
    if manifest["format"] != FORMAT:
        raise Refused(f"The backup has format {manifest['format']}; this release reads format {FORMAT}.")
    if later := _of_clinics(manifest) - migrating.release().clinics - migrating.release().shortcuts:
        raise Refused(f"The backup is of a later release: {', '.join('.'.join(key) for key in sorted(later))}.")
    return manifest


def _applied(manifest: dict[str, Any]) -> frozenset[recorder.MigrationKey]:
    return frozenset((app, name) for app, name in manifest["migrations"])


def _of_clinics(manifest: dict[str, Any]) -> frozenset[recorder.MigrationKey]:
    return frozenset(key for key in _applied(manifest) if key[0] in recorder.tenant_labels())


def _restore(archive: ZipFile, manifest: dict[str, Any], named: str, by: By, name: str) -> Restored:
    owner = get_tenant_database_alias()
    clinic: Clinic | None = None
    try:
        with transaction.atomic(using=owner):
            clinic = _target(manifest, named, name)
            reached = _reached(clinic)
            old, clinic.schema_name = clinic.schema_name, opaque_name()
            _make(archive, manifest, clinic.schema_name)
            clinic.deleted_at, clinic.out_of_service, adding = None, False, clinic._state.adding
            clinic.save(using=owner)
            returned, gone = bring_people(clinic, archive.read(PEOPLE).decode())
            with clinic_scope(clinic, using=owner):
                changes = {"made_at": manifest["made_at"], NUMBERS_TO: max(reached, highest_number(owner))}
                record(RESTORED, clinic, by=by, changes=changes)
            backup_rows.media_in(archive, clinic)
            if not adding:
                provisioning.lock_tables(old, [table.name for table in backup_rows.tables(old)])
                provisioning.drop_schema(old)
    except BaseException:
        if clinic is not None:
            _forget_media(clinic)
        raise
    _keep_media_of(clinic)
    return Restored(clinic, returned, gone)


def _reached(clinic: Clinic) -> int:
    """How far the trail of the clinic that is replaced had been numbered, as far as it or its heads still say."""
    head, found = heads.last(clinic.pk), 0
    if not clinic._state.adding:
        with suppress(ProgrammingError), clinic_scope(clinic, using=get_tenant_database_alias()):
            found = highest_number(get_tenant_database_alias())
    return max(found, head.number if head is not None else 0)


def _keep_media_of(clinic: Clinic) -> None:
    """Remove the files that are not the clinic's; those of a restore that is under way are, once it is done."""
    owner = get_tenant_database_alias()
    with transaction.atomic(using=owner):
        for row in Clinic.objects.using(owner).filter(pk=clinic.pk).select_for_update(no_key=True):
            backup_rows.keep_media(row)


def _forget_media(clinic: Clinic) -> None:
    """Remove the files of a restore that failed; not of one that may have been committed for all that."""
    with suppress(DatabaseError):
        if not Clinic.objects.using(get_tenant_database_alias()).filter(schema_name=clinic.schema_name).exists():
            shutil.rmtree(backup_rows.media_folder(clinic), ignore_errors=True)


def _target(manifest: dict[str, Any], named: str, name: str) -> Clinic:
    """The clinic that the backup is of, its row locked; a new one where there is none."""
    kept = manifest["clinic"]
    rows = Clinic.objects.using(get_tenant_database_alias())
    meant = rows.filter(name=one_line(named)).first()
    if str(meant.pk) != kept["id"] if meant else named not in (kept["id"], kept["name"]):
        raise Refused(f"This is a backup of {kept['name']} ({kept['id']}), not of {named}.")
    clinic: Clinic | None = rows.select_for_update(no_key=True).filter(pk=kept["id"]).first()
    if clinic is None:
        place = {field: kept[field] for field in ("time_zone", "country", "restricts_patients") if field in kept}
        clinic = Clinic(pk=kept["id"], name=name or kept["name"], state=kept["state"], **place)
        clinic.full_clean(exclude=["schema_name", "state"])
    return clinic


def _make(archive: ZipFile, manifest: dict[str, Any], schema_name: str) -> None:
    """The backup's rows in a schema of this release, made by way of the release that they were of."""

    def fill() -> None:
        backup_rows.copy_in(archive, schema_name, manifest["tables"])

    if migrating.release().clinics <= _of_clinics(manifest):
        provisioning.make_schema(schema_name)
        fill()
        return
    provisioning.run(provisioning.opening_statements(schema_name))
    recorder.grow(provisioning.owner_connection(), schema_name, _applied(manifest), fill)
    provisioning.run(provisioning.grant_statements(schema_name))
