"""How long a receiver that is busy asks to be left alone: `Retry-After` of RFC 9110, in seconds or as a date."""

import re
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from django.utils import timezone

BUSY = (429, 503)  # the statuses with which it counts
LONGEST = timedelta(days=1)
HEADER = re.compile(rb"\r\nretry-after:[ \t]*([^\r\n]*?)[ \t]*\r\n", re.IGNORECASE)
SECONDS = re.compile(r"\d{1,9}", re.ASCII)


def asked_pause(head: bytes) -> timedelta:
    """What the head of an answer asks for, `LONGEST` at most; nothing where it says nothing that can be read."""
    found = HEADER.search(head)
    return min(max(_pause(found[1].decode("latin-1")), timedelta()), LONGEST) if found else timedelta()


def _pause(text: str) -> timedelta:
    """Such as `120`, or `Sun, 01 Mar 2026 09:30:00 GMT`."""
    if SECONDS.fullmatch(text):
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - timezone.now()
    except (ValueError, OverflowError):
        return timedelta()
