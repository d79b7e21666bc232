"""A clinic from its backup: made beside the clinic as it is, which it replaces in one transaction.

Whatever kills it, there is the old clinic, or the new one and the old one in the bin. What a file says of people and
programs is read by a list of what may be said.
"""

import json
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import BadZipFile, ZipFile

from django.db import DatabaseError, ProgrammingError, transaction
from django.utils import timezone
from django_tenants.utils import get_tenant_database_alias

from clinic.audit import heads
from clinic.audit.actions import By, record
from clinic.audit.seals import NUMBERS_TO, RESTORED, highest_number
from clinic.staff.backups import encrypting, signing
from clinic.staff.backups.people import bring_people
from clinic.staff.backups.writing import FORMAT, MANIFEST, PEOPLE
from clinic.tenancy.fleet import survey as migrating
from clinic.tenancy.lifecycle import backup_rows, provisioning, recorder
from clinic.tenancy.lifecycle.backup_rows import Refused
from clinic.tenancy.models import CHOSEN, Clinic, opaque_name
from clinic.tenancy.scope import clinic_scope
from clinic.ui.forms import one_line

DAMAGED = "The file is not a whole backup of a clinic."
STRANGE = (
    "This server has not signed the file as it is: it is damaged, was changed, or is of another server, an earlier "
    "release or a SECRET_KEY that is forgotten. --unsigned takes it all the same; only one that nobody else can write."
)


@dataclass(frozen=True)
class Restored:
    """The clinic, what it was until now, and by address who is a member again and who no longer is."""

    clinic: Clinic
    replaced: Clinic | None
    returned: list[str]
    gone: list[str]


def restore_clinic(
    *, named: str, source: Path, by: By, name: str = "", unsigned: bool = False, passphrase: str = ""
) -> Restored:
    """Make the clinic what it was when the file was written, at this release, also where it is not there any more.

    `named` is its name or id: a backup of another clinic is refused. A clinic that is there keeps its name, and what it
    was goes into the bin; one that is not there gets `name`, else the name it had. `unsigned` takes a file that this
    server did not sign, `passphrase` opens one that is encrypted. Raises Refused, WrongPassphrase, and ValidationError
    for a name that is taken or people that cannot be.
    """
    with _opened(source, unsigned) as outer, _decrypted(outer, source, passphrase) as archive:
        return _restore(archive, _manifest(archive), named, by, name)


@contextmanager
def _opened(source: Path, unsigned: bool) -> Iterator[ZipFile]:
    """The archive after every byte of it was found to be as it was written."""
    try:
        archive = ZipFile(source)
    except BadZipFile as error:
        raise Refused(DAMAGED) from error
    with archive:
        if not unsigned and not signing.is_signed(source):
            raise Refused(STRANGE)
        try:
            bad = archive.testzip()
        except (BadZipFile, EOFError, zlib.error) as error:
            raise Refused(DAMAGED) from error
        if bad is not None:
            raise Refused(DAMAGED)
        yield archive


@contextmanager
def _decrypted(archive: ZipFile, source: Path, passphrase: str) -> Iterator[ZipFile]:
    """The archive itself, or the one that is encrypted in it, in a file without a name beside it meanwhile."""
    if not encrypting.is_encrypted(archive):
        yield archive
        return
    with tempfile.TemporaryFile(dir=source.parent) as plain:
        encrypting.decrypt(archive, plain, passphrase)
        with ZipFile(plain) as inner:
            yield inner


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
    before: Clinic | None = None
    try:
        with transaction.atomic(using=owner):
            clinic = _target(manifest, named, name)
            reached, before = _reached(clinic), _as_it_was(clinic)
            old, clinic.schema_name = "" if clinic._state.adding else clinic.schema_name, opaque_name()
            _make(archive, manifest, clinic.schema_name)
            clinic.deleted_at, clinic.out_of_service = None, False
            clinic.save(using=owner)
            returned, gone = bring_people(clinic, archive.read(PEOPLE).decode())
            with clinic_scope(clinic, using=owner):
                changes = {"made_at": manifest["made_at"], NUMBERS_TO: max(reached, highest_number(owner))}
                record(RESTORED, clinic, by=by, changes=changes)
            backup_rows.media_in(archive, clinic)
            _into_the_bin(clinic, old, before)
    except BaseException:
        for row in (clinic, before):
            if row is not None:
                _forget_media(row)
        raise
    _keep_media_of(clinic)
    return Restored(clinic, before, returned, gone)


def _into_the_bin(clinic: Clinic, schema_name: str, before: Clinic | None) -> None:
    """Keep what the clinic was, with its files; nothing is left of one whose schema was lost."""
    if before is not None:
        # save() would look for the schema's name beside this transaction.
        before.save_base(using=get_tenant_database_alias(), force_insert=True)
        backup_rows.share_media(of=Clinic(pk=clinic.pk, schema_name=schema_name), into=before)
    elif schema_name:
        provisioning.drop_schema(schema_name)


def _as_it_was(clinic: Clinic) -> Clinic | None:
    """The clinic as it is, as one of its own for the bin, not saved; None where it or its schema is not there."""
    if clinic._state.adding or not backup_rows.tables(clinic.schema_name):
        return None
    id = uuid4()
    return Clinic(
        id=id,
        name=f"{clinic.name[:170]} (replaced, {id.hex[:8]})",
        schema_name=clinic.schema_name,
        state=clinic.state,
        out_of_service=clinic.out_of_service,
        deleted_at=timezone.now(),
        **{name: getattr(clinic, name) for name in CHOSEN},
    )


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
    rows = Clinic.objects.using(get_tenant_database_alias())
    with suppress(DatabaseError):
        if not rows.filter(pk=clinic.pk, schema_name=clinic.schema_name).exists():
            shutil.rmtree(backup_rows.media_folder(clinic), ignore_errors=True)


def _target(manifest: dict[str, Any], named: str, name: str) -> Clinic:
    """The clinic that the backup is of, its row locked; a new one where there is none.

    Where it is there, it is meant by the name that it has here, whatever the file calls it.
    """
    kept = manifest["clinic"]
    rows = Clinic.objects.using(get_tenant_database_alias())
    meant = rows.filter(name=one_line(named)).first()
    clinic: Clinic | None = rows.select_for_update(no_key=True).filter(pk=kept["id"]).first()
    called = clinic.name if clinic is not None else kept["name"]
    if str(meant.pk) != kept["id"] if meant else named not in (kept["id"], called):
        raise Refused(f"This is a backup of {called} ({kept['id']}), not of {named}.")
    if clinic is None:
        place = {field: kept[field] for field in CHOSEN if field in kept}
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
