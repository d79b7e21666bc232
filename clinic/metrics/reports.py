"""Errors for a service that collects them, where SENTRY_DSN names one. Off as it comes.

What is sent is picked from the line of the log, which has no patient data, and from nothing else: the kind of error,
its SQLSTATE, the places it passed, which program said it, and the number of the request. The package's own
integrations, which would send addresses, forms, values of variables and statements, are all off.
"""

import re
from collections.abc import Mapping, MutableMapping
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

LEVELS = {"error": "error", "critical": "fatal"}
TAGS = ("sqlstate", "request_id", "work", "status")
FRAME = re.compile(r"(?P<file>.*):(?P<line>\d+) (?P<function>.*)")


def check_dsn(dsn: str) -> str:
    """The address itself; raises ImproperlyConfigured for one that is none."""
    from sentry_sdk.utils import BadDsn, Dsn

    try:
        if dsn:
            Dsn(dsn)
    except BadDsn as error:
        raise ImproperlyConfigured("SENTRY_DSN is no address of a project, such as https://key@host/1.") from error
    return dsn


@cache
def client_for(dsn: str) -> Any:
    from sentry_sdk import Client

    return Client(
        dsn=dsn, default_integrations=False, auto_enabling_integrations=False,
        include_local_variables=False, include_source_context=False, max_breadcrumbs=0, auto_session_tracking=False,
        send_client_reports=False,
    )  # fmt: skip


def send_report(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Send what a line of the log says of an error, as a step of the log's formatter; nothing without SENTRY_DSN."""
    if settings.SENTRY_DSN and line.get("level") in LEVELS:
        client_for(settings.SENTRY_DSN).capture_event(report_of(line))
    return line


def report_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the log as an event of Sentry."""
    report: dict[str, Any] = {
        "level": LEVELS[line["level"]],
        "logger": str(line.get("logger", "")),
        "tags": {name: str(line[name]) for name in TAGS if line.get(name) is not None},
    }
    if "exception" not in line:
        # A package's own line may say anything; ours are names of what happened.
        is_ours = report["logger"].startswith("clinic")
        return report | {"message": str(line.get("event", "")) if is_ours else "An error of a package"}
    found = [match for frame in line.get("frames", ()) if (match := FRAME.fullmatch(frame))]
    frames = [{"filename": it["file"], "lineno": int(it["line"]), "function": it["function"]} for it in found]
    return report | {"exception": {"values": [{"type": line["exception"], "stacktrace": {"frames": frames}}]}}
