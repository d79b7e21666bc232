"""One clinic's rows and files, into an archive and out of one: COPY by table, in the transaction that is open.

The tables are those of the clinic's own schema, whatever release it is at; nothing else of the catalogue is read.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from zipfile import ZipFile

from django.conf import settings
from django_tenants.utils import quote_schema_name

from clinic.tenancy.lifecycle.provisioning import owner_connection
from clinic.tenancy.lifecycle.recorder import MigrationKey
from clinic.tenancy.models import Clinic

ROWS, FILES = "rows/", "media/"
UUID_SHAPE = "-".join("[0-9a-f]" * digits for digits in (8, 4, 4, 4, 12))  # how a clinic's folder is called
# Text means the same to every server of every version.
AS_TEXT = "SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1"
TABLES = """
SELECT c.relname,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''),
       max(a.attname::text) FILTER (WHERE a.attidentity <> '')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind IN ('r', 'p') AND c.relname <> 'django_migrations'
GROUP BY 1 ORDER BY 1
"""


class Refused(Exception):
    """Why a backup cannot be made, or cannot be used here, in words for whoever asked."""


class Table(NamedTuple):
    """What is copied of a table: its columns but the generated ones; `identity` is the one that the server numbers."""

    name: str
    columns: list[str]
    identity: str | None

    def copied(self, schema: str) -> str:
        """The table and its columns as COPY has them."""
        return f"{schema}.{quote_schema_name(self.name)} ({', '.join(map(quote_schema_name, self.columns))})"


def tables(schema_name: str) -> list[Table]:
    with owner_connection().cursor() as cursor:
        cursor.execute(TABLES, [quote_schema_name(schema_name)])
        return [Table(*row) for row in cursor.fetchall()]


def applied(schema_name: str) -> list[MigrationKey]:
    """Every migration that is noted in a schema, those of shared apps included."""
    with owner_connection().cursor() as cursor:
        schema = quote_schema_name(schema_name)
        cursor.execute(f"SELECT DISTINCT app, name FROM {schema}.django_migrations ORDER BY 1, 2")  # noqa: S608
        return [(app, name) for app, name in cursor.fetchall()]


def copy_out(archive: ZipFile, schema_name: str) -> dict[str, Any]:
    """Write every row of a schema; what `copy_in` has to know, by table."""
    schema, told = quote_schema_name(schema_name), {}
    with owner_connection().cursor() as cursor, owner_connection().wrap_database_errors:
        cursor.execute(AS_TEXT)
        for table in tables(schema_name):
            with archive.open(ROWS + table.name, "w", force_zip64=True) as file:
                cursor.copy_expert(f"COPY {table.copied(schema)} TO STDOUT", file)
            told[table.name] = {"columns": table.columns, "rows": cursor.rowcount, "next": None}
            if table.identity:
                cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f"{schema}.{table.name}", table.identity])
                cursor.execute(f"SELECT last_value, is_called FROM {cursor.fetchone()[0]}")  # noqa: S608
                told[table.name]["next"] = cursor.fetchone()
    return told


def copy_in(archive: ZipFile, schema_name: str, told: dict[str, Any]) -> None:
    """Replace every row of a schema by those of an archive. Raises Refused where the two do not fit."""
    schema, found = quote_schema_name(schema_name), tables(schema_name)
    if {table.name: sorted(table.columns) for table in found} != {n: sorted(t["columns"]) for n, t in told.items()}:
        raise Refused("Its tables are not those of the migrations that it names.")
    with owner_connection().cursor() as cursor, owner_connection().wrap_database_errors:
        cursor.execute(AS_TEXT)
        cursor.execute(f"TRUNCATE {', '.join(f'{schema}.{quote_schema_name(table.name)}' for table in found)}")
        for table in found:
            copied = table._replace(columns=told[table.name]["columns"]).copied(schema)
            with archive.open(ROWS + table.name) as file:
                cursor.copy_expert(f"COPY {copied} FROM STDIN", file)
            if cursor.rowcount != told[table.name]["rows"]:
                raise Refused(f"It holds {cursor.rowcount} rows of {table.name} instead of {told[table.name]['rows']}.")
            if table.identity:
                sequence = [f"{schema}.{table.name}", table.identity, *told[table.name]["next"]]
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)", sequence)


def media_folder(clinic: Clinic) -> Path:
    """Where a clinic's files are. Restoring it writes a folder beside the old one; its row says which one counts."""
    return Path(settings.MEDIA_ROOT) / str(clinic.pk) / clinic.schema_name


def media_out(archive: ZipFile, clinic: Clinic) -> int:
    """Write every file of a clinic; how many."""
    folder = media_folder(clinic)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    for path in files:
        archive.write(path, FILES + path.relative_to(folder).as_posix())
    return len(files)


def media_in(archive: ZipFile, clinic: Clinic) -> int:
    """Write every file of an archive into a clinic's folder; how many. Raises Refused where a name leads elsewhere."""
    folder = media_folder(clinic)
    names = [name for name in archive.namelist() if name.startswith(FILES)]
    for name, path in zip(names, _inside(folder, names), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, path.open("xb") as target:
            shutil.copyfileobj(source, target)
    return len(names)


def _inside(folder: Path, names: list[str]) -> Iterator[Path]:
    for name in names:
        parts = PurePosixPath(name.removeprefix(FILES)).parts
        if not parts or any(part in ("..", "/") or "\\" in part or "\0" in part for part in parts):
            raise Refused("It holds a file whose name leads out of its folder.")
        yield folder.joinpath(*parts)


def share_media(*, of: Clinic, into: Clinic) -> None:
    """Let a clinic have the files of another, which has them too; nothing is copied."""
    if media_folder(of).is_dir():
        shutil.copytree(media_folder(of), media_folder(into), copy_function=os.link)


def keep_media(clinic: Clinic) -> None:
    """Remove what is not the clinic's folder: of before a restore, or of a restore that was killed."""
    current = media_folder(clinic)
    if current.parent.is_dir():
        for folder in current.parent.iterdir():
            if folder != current:
                shutil.rmtree(folder)


def keep_folders(names: set[str]) -> None:
    """Remove the folders of clinics that are none of these."""
    for folder in Path(settings.MEDIA_ROOT).glob(UUID_SHAPE):
        if folder.name not in names:
            shutil.rmtree(folder)


def remove_media(clinic: Clinic) -> None:
    shutil.rmtree(media_folder(clinic).parent, ignore_errors=True)
