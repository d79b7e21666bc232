"""Logs as JSON lines that never carry patient data: no query strings, no messages of database errors."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from clinic.metrics.reports import send_report
from clinic.postgres.outages import sqlstate

EventDict = MutableMapping[str, Any]
# Whoever knows what follows one of these gets in: patients' links, links to a new password, invitations.
SECRET_PATHS = ("/answer/", "/accounts/password/reset/key/", "/accounts/join/")
# Up to the next slash, whatever was typed: a space or a quotation mark in a secret is no end of it.
SECRET = re.compile(rf"({'|'.join(map(re.escape, SECRET_PATHS))})[^/]+", re.IGNORECASE)


def without_secret(text: str) -> str:
    """A path, or a line that holds one, as it may be written: without the secret of a link."""
    return SECRET.sub(r"\1…", text)


def hide_secrets(logger: Any, method: str, event: EventDict) -> EventDict:
    """Take the secrets of links out of everything that is written, packages' own lines included."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = without_secret(value)
    return event


def describe_exception(logger: Any, method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type, its SQLSTATE and the places it passed: a message may quote a patient's name."""
    record = event.get("_record")
    exc_info = event.pop("exc_info", None) or getattr(record, "exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, BaseException):
        exc_info = type(exc_info), exc_info, exc_info.__traceback__
    if isinstance(exc_info, tuple) and exc_info[0] is not None:
        event["exception"] = exc_info[0].__qualname__
        if state := sqlstate(exc_info[1]):
            event["sqlstate"] = state
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(exc_info[2])
        ]
        if record is not None:
            record.exc_info, record.exc_text = None, None
    return event


def drop_request(logger: Any, method: str, event: EventDict) -> EventDict:
    """Django hangs the whole request on its records; only its path may be written."""
    request = event.pop("request", None)
    if request is not None and hasattr(request, "path"):
        event["path"] = request.path
    return event


def formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name],
        processors=[
            describe_exception,
            drop_request,
            hide_secrets,
            send_report,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
    )


structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
