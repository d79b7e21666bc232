"""Running a statement of a list: one that takes longer than `PATIENCE` is stopped, and whoever asked is told how to
narrow the list, instead of waiting.
"""

import time
from typing import Any

import psycopg2.errors
from django.db import OperationalError, connections

from clinic.lists.reading.index_runs import BadList, Sql
from clinic.tenancy import cluster

PATIENCE = 2000  # milliseconds
# A plan for several processes returns rows in no order, and one list is not worth the whole server. An index that is
# in memory, or on a disk without moving parts, is followed from row to row as fast as a table is read through.
PLANNED = "".join(f"SET LOCAL {name} = {value}; " for name, value in cluster.PLANNED.items())
TOO_LONG = (
    "This takes too long in so large a list. Narrow it: write more of a name, choose one more filter, or sort by name."
)


def run(sql: Sql, *, using: str, patient: bool = False) -> list[Any]:
    """Run a statement, stopped after `PATIENCE` unless `patient`; the bound rides in its message."""
    bound = "" if patient else f"SAVEPOINT list; SET LOCAL statement_timeout = {PATIENCE}; {PLANNED}"
    begun = time.monotonic()
    with connections[using].cursor() as cursor:
        try:
            cursor.execute(f"{bound}{sql.text}", sql.params)
        except OperationalError as error:
            took_long = (time.monotonic() - begun) * 1000 >= PATIENCE / 2  # the clock is not the server’s
            if not took_long or not isinstance(error.__cause__, psycopg2.errors.QueryCanceled):
                raise
            cursor.execute("ROLLBACK TO SAVEPOINT list; SET LOCAL statement_timeout TO DEFAULT")
            raise BadList(TOO_LONG) from error
        rows: list[Any] = cursor.fetchall()
        return rows
