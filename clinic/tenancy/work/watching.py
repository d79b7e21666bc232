"""Serving metrics beside a process's own work, where `METRICS_PORT` says so; else nothing of it is loaded."""

import atexit
from pathlib import Path

from django.conf import settings

from clinic.certificate import context_of
from clinic.metrics import counting, exporter
from clinic.tenancy.work.figures import figures


def prepare() -> None:
    """Before a server makes its processes: where they count together."""
    if settings.METRICS_PORT:
        counting.make_folder()


def watch() -> None:
    """In each of a server's processes."""
    if settings.METRICS_PORT:
        tls = context_of(Path(settings.SERVER_TLS)) if settings.SERVER_TLS else None
        exporter.serve_beside(settings.METRICS_HOST, settings.METRICS_PORT, figures, tls)


def watch_alone() -> None:
    """In a process that has no others beside it."""
    prepare()
    atexit.register(counting.remove_folder)
    watch()
