"""What work on many records writes ahead: bytes of WAL a row, and how many rows were updated in place (HOT).

Run as `SIZE=100000 python -m bench.writing`: patients of 40 to 64 are archived and restored as the worker does it, on a
server that is set up as the project's own and keeps what it wrote. `WAL` gives it other settings, such as
`WAL="wal_compression=off max_wal_size=4GB"`.
"""

import io
import os
from collections.abc import Callable
from functools import partial

from bench.server import prepare, settle, superuser, timed

QUERY, BULK = "age=40-64", "clinic.patients.bulk"
COUNTED = (
    "SELECT relname, n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE schemaname LIKE 'c\\_%' AND n_tup_upd > 0"
)
# How much of what was written is whole pages, which are written at their first change after a checkpoint.
WHOLE = "SELECT wal_fpi, wal_bytes FROM pg_stat_wal"


def filled(size: int):
    from clinic.demo.fill import fill_clinic
    from clinic.staff import actions

    user = actions.create_user(email="writing@bench.test", name="Bench", password="p")
    clinic = actions.create_clinic(name="Writing", owner=user, by=actions.OPERATOR)
    fill_clinic(clinic=clinic, patients=size, assessments=3 * size, seed=1, by=actions.OPERATOR)
    settle()
    return clinic, user


def ran(clinic, user, work: str, **more: object):
    """The job after it is done."""
    from django.utils.module_loading import import_string

    from clinic.lists.models import Job, JobState
    from clinic.tenancy.scope import clinic_scope

    fields = {"list": "patients", "label": "Bench", "work": work, "by_id": str(user.pk), "state": JobState.RUNNING}
    parameters = {"permission": "patients.edit", "query": QUERY}
    with clinic_scope(clinic):
        job = Job.objects.create(**fields, token=1, parameters=parameters, **more)
    import_string(work)(clinic, job)
    with clinic_scope(clinic):
        job.refresh_from_db()
    return job


def written(name: str, deed: Callable[[], object]) -> object:
    """Print what `deed`, which gives a job, wrote. A checkpoint comes before: each page is written whole once."""
    with superuser() as connection, connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT pg_stat_reset(), pg_stat_reset_shared('wal')")
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        begun, found = cursor.fetchone()[0], []
        seconds = timed(lambda: found.append(deed()))
        cursor.execute("SELECT pg_current_wal_insert_lsn() - %s, pg_stat_force_next_flush()", [begun])
        size, job = int(cursor.fetchone()[0]), found[0]
        cursor.execute(WHOLE)
        pages, _ = cursor.fetchone()
        cursor.execute(COUNTED)
        updates = "; ".join(f"{table} {count:,}, {in_place:,} in place" for table, count, in_place in cursor.fetchall())
    each = size / max(1, job.changed) / 1000
    print(f"{name}: {job.changed:,} rows, {seconds:.0f} s, {size / 1e6:,.0f} MB of WAL, {each:.1f} KB a row")
    print(f"    {pages:,} whole pages; {updates}")
    return job


def main() -> None:
    prepare(durable=True, **dict(pair.split("=") for pair in os.environ.get("WAL", "").split()))
    from django.core.management import call_command

    call_command("migrate_clinics", stdout=io.StringIO())
    clinic, user = filled(int(os.environ.get("SIZE") or 10_000))
    done = written("archive", partial(ran, clinic, user, f"{BULK}.archive"))
    written("restore", partial(ran, clinic, user, f"{BULK}.undo_archive", undoes=done))


if __name__ == "__main__":
    main()
