"""A backup of one clinic in one file: its rows, its files, and the people and programs that may use it.

It is read in one snapshot while the clinic works, and signed; whatever kills it, there is a whole file or none.
"""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import transaction
from django.utils import timezone
from django_tenants.utils import get_tenant_database_alias

from clinic.audit.actions import By, record
from clinic.staff.backups import encrypting, signing
from clinic.staff.backups.people import written_people
from clinic.tenancy.lifecycle import backup_rows, provisioning
from clinic.tenancy.models import CHOSEN, Clinic
from clinic.tenancy.scope import clinic_scope

FORMAT = 1
MANIFEST, PEOPLE = "clinic.json", "people.json"
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def backup_clinic(*, clinic: Clinic, to: Path, by: By, passphrase: str = "") -> dict[str, Any]:
    """Write the clinic into a file that only this account can read; what the file says about itself.

    The file appears whole or not at all, and replaces one of its name. What a killed backup of the clinic left beside
    it is removed. With a passphrase the file is encrypted; until it is whole, what it encrypts is in a file without a
    name beside it.
    """
    owner = get_tenant_database_alias()
    with clinic_scope(clinic, using=owner):
        record("clinic.backed_up", clinic, by=by)
    with _appearing(to, clinic) as file, ZipFile(file, "w", ZIP_DEFLATED, compresslevel=3) as archive:
        archive.comment = signing.PLACE
        if passphrase:
            with tempfile.TemporaryFile(dir=to.parent) as plain:
                with ZipFile(plain, "w", ZIP_DEFLATED, compresslevel=3) as inner:
                    manifest = _write(inner, clinic)
                plain.seek(0)
                encrypting.encrypt(plain, archive, passphrase)
        else:
            manifest = _write(archive, clinic)
    Clinic.objects.using(owner).filter(pk=clinic.pk).update(backed_up_at=manifest["made_at"])
    return manifest


def _write(archive: ZipFile, clinic: Clinic) -> dict[str, Any]:
    """Write the clinic as it is at one moment; what the archive says about itself."""
    owner = get_tenant_database_alias()
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
                **{name: getattr(clinic, name) for name in CHOSEN},
            },
            "release": provisioning.fingerprint(),
            "migrations": backup_rows.applied(clinic.schema_name),
            "tables": backup_rows.copy_out(archive, clinic.schema_name),
            "files": backup_rows.media_out(archive, clinic),
        }
        archive.writestr(PEOPLE, written_people(clinic))
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return manifest


@contextmanager
def _appearing(path: Path, clinic: Clinic) -> Iterator[IO[bytes]]:
    """A new file beside `path` that is signed and takes its place at the end, on the disk by then."""
    _sweep(path.parent, clinic)
    handle, name = _part(path.parent, clinic)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            signing.sign(file)
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
