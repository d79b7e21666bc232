"""What the database and the disk say of themselves, for those who watch: counts, ages and sizes, of nobody.

One statement over shared tables answers most of it, however many clinics there are, and its answer is kept for some
seconds. What grows with the clinics' tables is kept for longer.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection, connections, transaction
from django_tenants.utils import get_tenant_database_alias

from clinic.metrics.declared import (
    BACKUP_AGE,
    BEHIND,
    CLINICS,
    DATABASE_BYTES,
    DATABASE_UP,
    DISK_FREE,
    HEARTBEAT,
    QUEUE_OLDEST,
    QUEUE_TASKS,
    Metric,
)
from clinic.metrics.exporter import Figure
from clinic.tenancy.fleet.migration import reason
from clinic.tenancy.fleet.survey import behind

log = structlog.get_logger("clinic.metrics")
KEPT, KEPT_LONG = 5.0, 600.0  # seconds that an answer is given again
PATIENCE = "SET LOCAL statement_timeout = '5s'"
READ = {metric.name: metric for metric in (QUEUE_TASKS, QUEUE_OLDEST, HEARTBEAT, CLINICS, BACKUP_AGE)}
# Rows of a metric's name, its labels and a number:
#   clinic_queue_tasks  {default,ready}  3
# A task that is due at once has the last day that there is as `run_after`.
SHARED = """
SELECT 'clinic_queue_tasks', ARRAY[queue_name, lower(status)], count(*)::float
FROM public.django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING') GROUP BY queue_name, status
UNION ALL
SELECT 'clinic_queue_oldest_seconds', ARRAY[queue_name::text],
    extract(epoch FROM statement_timestamp() - min(
        CASE WHEN run_after BETWEEN enqueued_at AND statement_timestamp() THEN run_after ELSE enqueued_at END))::float
FROM public.django_tasks_database_dbtaskresult
WHERE status = 'READY' AND (run_after <= statement_timestamp() OR run_after > '9000-01-01') GROUP BY queue_name
UNION ALL
SELECT 'clinic_worker_heartbeat_seconds', '{}', extract(epoch FROM statement_timestamp() - max(beaten_at))::float
FROM public.tenancy_heartbeat HAVING count(*) > 0
UNION ALL
SELECT 'clinic_clinics', ARRAY[named], (
    SELECT count(*)::float FROM public.tenancy_clinic c WHERE named = CASE
        WHEN deleted_at IS NOT NULL THEN 'deleted' WHEN c.fenced THEN 'out_of_service' ELSE state END)
FROM unnest(ARRAY['active', 'suspended', 'deleted', 'out_of_service']) AS named
UNION ALL
SELECT 'clinic_backup_age_seconds', ARRAY[id::text],
    extract(epoch FROM statement_timestamp() - coalesce(backed_up_at, created_at))::float
FROM public.tenancy_clinic WHERE deleted_at IS NULL
"""


class Remembered:
    """Figures that are asked for again only when they are older than `seconds`; an error is remembered as none."""

    def __init__(self, ask: Callable[[], list[Figure]], seconds: float) -> None:
        self.ask, self.seconds = ask, seconds
        self.until, self.figures = 0.0, list[Figure]()

    def __call__(self) -> list[Figure]:
        if time.monotonic() >= self.until:
            try:
                self.figures = self.ask()
            except Exception as error:
                log.warning("figures_missed", why=reason(error))
                self.figures = []
            self.until = time.monotonic() + self.seconds
        return self.figures


def _shared() -> list[Figure]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        cursor.execute(SHARED)
        return [(READ[name], tuple(labels), value) for name, labels, value in cursor.fetchall()]


def _size() -> list[Figure]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        cursor.execute("SELECT pg_database_size(current_database())::float")
        return [(DATABASE_BYTES, (), cursor.fetchone()[0])]


def _behind() -> list[Figure]:
    """Only where the process has the database owner's role, as the worker's."""
    if not settings.EMBEDDED and not settings.DATABASE_OWNER_URL:
        return []
    return [(BEHIND, (), float(len(behind())))]


shared, size, late = Remembered(_shared, KEPT), Remembered(_size, KEPT_LONG), Remembered(_behind, KEPT_LONG)


def figures() -> Iterator[Figure]:
    """Every figure that can be had now; a database that is away takes nothing but its own."""
    try:
        found = shared()
        yield DATABASE_UP, (), float(bool(found))
        if found:
            yield from [*found, *size(), *late()]
    finally:
        for alias in ("default", get_tenant_database_alias()):
            connections[alias].close()
    yield from _free()


def _free() -> Iterator[Figure]:
    folders: tuple[tuple[str, Path], ...] = (("var", settings.VAR_DIR), ("media", settings.MEDIA_ROOT))
    metric: Metric = DISK_FREE
    for name, folder in folders:
        if folder.is_dir():
            yield metric, (name,), float(shutil.disk_usage(folder).free)
