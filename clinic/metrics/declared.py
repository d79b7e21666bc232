"""Every metric: its name, kind and labels, and what it says. `docs/watching.md` has the same.

A label is a route's name, a method, a class of status, a word of ours or a clinic's id; never what somebody typed.
"""

from enum import StrEnum
from typing import NamedTuple

SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # bounds of the histograms' buckets


class Kind(StrEnum):
    """COUNTER and HISTOGRAM are kept where it happens, GAUGE is found out when it is asked for."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


class Metric(NamedTuple):
    name: str
    kind: Kind
    labels: tuple[str, ...]
    says: str


REQUESTS = Metric(
    "clinic_requests_total", Kind.COUNTER, ("route", "method", "status"), "Requests that were answered, by status class"
)
REQUEST_SECONDS = Metric("clinic_request_seconds", Kind.HISTOGRAM, ("route",), "Seconds from a thread to the answer")
THREAD_WAIT = Metric(
    "clinic_thread_wait_seconds", Kind.HISTOGRAM, (), "Seconds that a whole request waited for a thread"
)
CONNECTION_WAIT = Metric(
    "clinic_connection_wait_seconds", Kind.HISTOGRAM, (), "Seconds until the database had accepted a connection"
)
JOBS_ENDED = Metric(
    "clinic_jobs_ended_total", Kind.COUNTER, ("outcome",), "Looks at a job that ended: done, stopped, failed, given_up"
)
DATABASE_UP = Metric("clinic_database_up", Kind.GAUGE, (), "1 where the database answered what follows, else 0")
QUEUE_TASKS = Metric("clinic_queue_tasks", Kind.GAUGE, ("queue", "state"), "Tasks that wait, and that a worker has")
QUEUE_OLDEST = Metric("clinic_queue_oldest_seconds", Kind.GAUGE, ("queue",), "Seconds that the oldest due task waits")
HEARTBEAT = Metric("clinic_worker_heartbeat_seconds", Kind.GAUGE, (), "Seconds since any worker was heard of")
CLINICS = Metric("clinic_clinics", Kind.GAUGE, ("state",), "Clinics: active, suspended, deleted, out_of_service")
BEHIND = Metric("clinic_clinics_behind", Kind.GAUGE, (), "Clinics that miss a migration, or grants, of this release")
BACKUP_AGE = Metric(
    "clinic_backup_age_seconds", Kind.GAUGE, ("clinic",), "Seconds since the last backup, or since the clinic was made"
)
DATABASE_BYTES = Metric("clinic_database_bytes", Kind.GAUGE, (), "The database's size")
DISK_FREE = Metric("clinic_disk_free_bytes", Kind.GAUGE, ("folder",), "What is free for this account: var, media")

METRICS = (
    REQUESTS, REQUEST_SECONDS, THREAD_WAIT, CONNECTION_WAIT, JOBS_ENDED, DATABASE_UP, QUEUE_TASKS, QUEUE_OLDEST,
    HEARTBEAT, CLINICS, BEHIND, BACKUP_AGE, DATABASE_BYTES, DISK_FREE,
)  # fmt: skip
