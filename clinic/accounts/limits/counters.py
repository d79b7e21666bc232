"""Count in rows of `public` what is limited, so that all processes and machines count together.

A count is one statement in a transaction of its own: however many come at once, no more than the limit get through,
and nothing that is rolled back takes it with it. So nobody counts inside a clinic's transaction.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from clinic.accounts.models import Counter

# INSERT … VALUES ('9f86…', 1, now() + '5 minutes') … WHERE counter.ends_at <= now() OR counter.count < 5 RETURNING …
COUNT = """
INSERT INTO accounts_counter AS counter (key, count, ends_at) VALUES (%(key)s, 1, now() + %(window)s)
ON CONFLICT (key) DO UPDATE
SET count = CASE WHEN counter.ends_at <= now() THEN 1 ELSE counter.count + 1 END,
    ends_at = CASE WHEN counter.ends_at <= now() THEN excluded.ends_at ELSE counter.ends_at END
WHERE counter.ends_at <= now() OR counter.count < %(most)s
RETURNING ends_at, count, ceil(extract(epoch FROM ends_at - now()))::int
"""
GIVE_BACK = """
UPDATE accounts_counter
SET count = count - 1 WHERE key = %s AND ends_at = %s AND count > 0
"""
LEFT = "SELECT extract(epoch FROM ends_at - now()) FROM accounts_counter WHERE key = %s"


@dataclass(frozen=True)
class Limit:
    """How many of what is counted under a name in a window, which begins with the first of them."""

    name: str
    most: int
    window: timedelta

    def key(self, subject: str) -> str:
        """What the row of a subject is called: a digest, since a subject may be somebody's address."""
        return hashlib.sha256(f"{self.name} {subject}".encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class Counted:
    """One that was counted, which can be given back while its window lasts: the `count`th, `seconds` before the end."""

    key: str
    ends_at: datetime
    count: int
    seconds: int


class TooMany(Exception):
    """There were as many as there may be; `seconds` until the next one is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Wait {seconds} seconds.")
        self.seconds = seconds


def count(limit: Limit, subject: str) -> Counted:
    """Count one more of a subject; raises TooMany where it is not counted any more."""
    key = limit.key(subject)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"key": key, "window": limit.window, "most": limit.most}
        cursor.execute(COUNT, values)
        row = cursor.fetchone()
    if row is None:
        raise TooMany(seconds_left(limit, subject))
    return Counted(key, *row)


def give_back(counted: Counted) -> None:
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [counted.key, counted.ends_at])


def seconds_left(limit: Limit, subject: str) -> int:
    """Whole seconds until a new window begins, one at least."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT, [limit.key(subject)])
        row = cursor.fetchone()
    return max(1, math.ceil(row[0])) if row is not None else 1


def forget(limit: Limit, subject: str) -> None:
    """Begin anew for a subject."""
    Counter.objects.filter(pk=limit.key(subject)).delete()


def forget_old() -> None:
    """Remove the counts whose windows are over, which count for nothing."""
    Counter.objects.filter(ends_at__lt=Now()).delete()
