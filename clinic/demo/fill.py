"""Fill a clinic with bulk data by COPY, as the database's owner and in one transaction."""

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django_tenants.utils import quote_schema_name
from psycopg2 import IntegrityError

from clinic.assessments.models import Assessment, ContactNote, Episode, Review, Schedule
from clinic.assessments.models.alerts import Alert
from clinic.assessments.record.courses import rebuild_courses
from clinic.audit.actions import By, record
from clinic.demo import rows
from clinic.demo.bulk import PATIENT_COLUMNS, Clinicful
from clinic.demo.copied import other_columns
from clinic.demo.names import name_maker
from clinic.demo.notes import NOTE_COLUMNS, contact_notes
from clinic.demo.patterns import definitions
from clinic.patients.models import NAME_FIELDS, LatestResult, Patient, ScoredInstrument
from clinic.patients.search.dictionary import note_every_word
from clinic.staff.models import Practitioner
from clinic.tenancy.lifecycle.provisioning import owner_connection
from clinic.tenancy.models import Clinic

PATIENTS, ASSESSMENTS = "patients_patient", "assessments_assessment"
FILLED = (Patient, LatestResult, Assessment, Alert, Review, Schedule, Episode, ContactNote)
TABLES = [model._meta.db_table for model in FILLED]
PRACTITIONERS = 40
# The indexes of empty tables, and the constraints that no other depends on: how to drop and how to add each of them.
MADE_AGAIN = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)), contype
FROM pg_constraint WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('u', 'f')
UNION ALL
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid), 'i'
FROM pg_index WHERE indrelid = ANY (%s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
HIGHEST = r"""
SELECT coalesce(max(substr(record_number, 3)::numeric), 0) FROM patients_patient
WHERE record_number ~ '^P-\d{6,37}$'
"""

Progress = Callable[[str, int, int], None]


class Rows(io.TextIOBase):
    """Rows of text as the file that COPY reads. It calls `tell_progress` now and then with the number of rows read."""

    def __init__(self, rows: Iterable[str], tell_progress: Callable[[int], None]) -> None:
        self.rows = iter(rows)
        self.tell_progress = tell_progress
        self.count = 0

    def read(self, size: int | None = -1, /) -> str:
        lines: list[str] = []
        for line in self.rows:
            lines.append(line)
            if len(lines) == 200:
                break
        self.count += len(lines)
        if self.count % 5000 < 200:
            self.tell_progress(self.count)
        return "".join(lines)


def fill_clinic(
    *, clinic: Clinic, patients: int, assessments: int, seed: int, by: By, progress: Progress = lambda *_: None
) -> None:
    """Add invented patients and assessments; the same for the same seed, day and clinic.

    An empty clinic is filled faster, and is closed to others meanwhile. Raises ValidationError if the clinic was filled
    with this seed before. After an error, or a kill, the clinic is as it was.
    """
    connection = owner_connection()
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL search_path = {quote_schema_name(clinic.schema_name)}, public")
        load = _prepared(clinic, cursor, patients, assessments, seed)
        with _without_indexes(cursor, progress):
            _copy(cursor, Patient, PATIENT_COLUMNS, load.patients(), patients, progress)
            _note_instruments()
            _copy_the_rest(cursor, rows.Rows(load), patients, assessments, progress)
        progress("Words of names", 0, 0)
        note_every_word(cursor, NAME_FIELDS)
        progress("Courses", 0, 0)
        _keep_courses(cursor)
        counts = {"patients": patients, "assessments": assessments, "seed": seed}
        record("clinic.filled", clinic, by=by, changes=counts)
    with connection.cursor() as cursor:
        for table in (*TABLES, "assessments_course", "patients_nameword"):
            progress(f"Statistics of {table}", 0, 0)
            cursor.execute(f"VACUUM (ANALYZE) {quote_schema_name(clinic.schema_name)}.{table}")


def _note_instruments() -> None:
    """What the lists of results can be of."""
    found = [ScoredInstrument(id=each.id, title=each.title) for each in definitions().values()]
    ScoredInstrument.objects.using("owner").bulk_create(found, ignore_conflicts=True)


def _copy_the_rest(cursor: Any, made: rows.Rows, patients: int, assessments: int, progress: Progress) -> None:
    """How many of the others there will be is known only when they have been drawn; the bar is of the patients."""
    _copy(cursor, LatestResult, rows.RESULT_COLUMNS, made.results(), patients, progress)
    _copy(cursor, Assessment, rows.ASSESSMENT_COLUMNS, made.assessments(), assessments, progress)
    _copy(cursor, Alert, rows.ALERT_COLUMNS, made.alerts(), patients, progress)
    _copy(cursor, Review, rows.REVIEW_COLUMNS, made.reviews(), patients, progress)
    _copy(cursor, Schedule, rows.SCHEDULE_COLUMNS, made.schedules(), patients, progress)
    _copy(cursor, Episode, rows.EPISODE_COLUMNS, made.episodes(), patients, progress)
    _copy(cursor, ContactNote, NOTE_COLUMNS, contact_notes(made), assessments, progress)


def _keep_courses(cursor: Any) -> None:
    """Work out the courses; without statistics of what was copied the database would go through episodes row by row."""
    for model in (Assessment, Episode):
        cursor.execute(f"ANALYZE {model._meta.db_table}")
    rebuild_courses(cursor)


def _prepared(clinic: Clinic, cursor: Any, patients: int, assessments: int, seed: int) -> Clinicful:
    """Draw the contents, and make as many practitioners as a clinic of that size has."""
    random = Random(seed)  # noqa: S311
    practitioners = list(Practitioner.objects.using("owner").active().order_by("id"))
    name = name_maker(random)
    for _ in range(min(PRACTITIONERS, 2 + patients // 400) - len(practitioners)):
        key = UUID(int=random.getrandbits(128), version=4)
        practitioners.append(Practitioner.objects.using("owner").create(pk=key, display_name=name()[0]))
    keys = [practitioner.pk for practitioner in practitioners]
    cursor.execute(HIGHEST)
    first = int(cursor.fetchone()[0]) + 1
    cursor.execute("SELECT user_id, lower(full_name) FROM patients_patient")
    taken = {f"{keys.index(user)} {name}" for user, name in cursor.fetchall() if user in keys}
    today = timezone.localdate(timezone=clinic.zone)
    return Clinicful(seed, patients, assessments, keys, first, taken, today, clinic.zone)


@contextmanager
def _without_indexes(cursor: Any, progress: Progress) -> Iterator[None]:
    """Drop indexes and constraints of empty tables meanwhile, and make them again at the end; others stay.

    For example `DROP INDEX assessment_by_date` now, and `CREATE INDEX assessment_by_date ON ...` at the end.
    """
    cursor.execute(f"SELECT EXISTS (SELECT FROM {PATIENTS}) OR EXISTS (SELECT FROM {ASSESSMENTS})")
    cursor.execute(MADE_AGAIN, [TABLES, TABLES] if not cursor.fetchone()[0] else [[], []])
    found = cursor.fetchall()
    for drop, _, _ in sorted(found, key=lambda each: "fui".index(each[2])):
        cursor.execute(drop)
    yield
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for number, (_, make, _) in enumerate(sorted(found, key=lambda each: "uif".index(each[2]))):
        progress("Indexes", number, len(found))
        cursor.execute(make)
    progress("Indexes", len(found), len(found))


def _copy(
    cursor: Any, model: type[Model], columns: tuple[str, ...], drawn: Iterator[str], count: int, progress: Progress
) -> None:
    table, title = model._meta.db_table, f"{model.__name__}s"
    others, behind = other_columns(model, columns)
    whole = (row.replace("\n", f"{behind}\n") for row in drawn) if others else drawn
    file = Rows(whole, lambda done: progress(title, done, count))
    try:
        cursor.copy_expert(f"COPY {table} ({', '.join([*columns, *others])}) FROM STDIN", file, 65536)
    except IntegrityError as error:
        raise ValidationError("This clinic was filled with that seed before; choose another.") from error
    progress(title, count, count)
