"""Every order of the patients' list by every filter and search: the database's CPU for each address, the worst first.

`SIZE` is the largest number of patients, 1,000 without it. The server's buffers are the 128 MB that it is shipped with.
Each address is asked twice and the second is counted, by what Linux says that the connection's own process used: what
PostgreSQL's workers read for it from outside these buffers is not in it. Nothing is stopped for taking long, but what
would have been is counted as refused.
"""

import io
import os
from itertools import product
from typing import Any, NamedTuple

from bench.operations import FRAGMENT
from bench.server import cpu_of, prepare, superuser, write

SIZES = (1_000, 100_000, 1_000_000, 3_000_000)
SORTS = (
    "name", "preferred_name", "record_number", "date_of_birth", "age", "gender", "phone_number", "last_score",
    "assessed",
    "next_due", "practitioner", "created_at",
)  # fmt: skip
FILTERS = (
    "", "gender=female", "gender=other", "age=0-11", "age=18-39", "age=65-79", "age=80-150", "status=discharged",
    "instrument=phq-9", "severity=1", "severity=3", "severity=4", "due=overdue", "due=soon", "alerts=open",
    "archived=only", "archived=all", "instrument=gad-7&score_min=12", "due=overdue&severity=4",
    "due=overdue&alerts=open", "alerts=open&severity=4", "gender=female&age=18-39", "due=soon&age=65-79",
    "instrument=phq-9&severity=3", "instrument=gad-7&due=overdue", "archived=all&due=overdue",
)  # fmt: skip
SEARCHES = (
    "m", "mar", "zu", "smith", "gonzalez", "gonz", "josé garcía", "smith j", "8978", "son", "gonzakez", "1985", "P-0",
    "P-00012", "07700", "12/3/1961", "ann", "lee", "maria", "x",
    "31/12", "garcia 31/12",
)  # fmt: skip
PATIENT = 20_000  # milliseconds after which even this is stopped
REFUSED = 2_000  # and after which a page is


class Cost(NamedTuple):
    """What an address cost the database, in milliseconds of CPU, and the status that it was answered with."""

    milliseconds: float
    status: str
    address: str


def addresses() -> list[str]:
    orders = [f"sort={sign}{name}" for name in SORTS for sign in ("", "-")]
    filtered = [f"{chosen}&{order}" for chosen, order in product(FILTERS, orders)]
    searched = [f"q={text}&{order}" for text, order in product(SEARCHES, ["", *orders])]
    both = [
        f"q={text}&{chosen}&{order}" for text, chosen, order in product(("smith", "1985"), FILTERS[1:], orders[::5])
    ]
    return [f"/patients/?{query.strip('&')}" for query in (*filtered, *searched, *both)]


def asked(visitor: Any, address: str) -> Cost:
    from django.db import connection

    for _ in range(2):
        before = cpu_of(connection)
        status, _ = visitor.get(address, **FRAGMENT)
        after = cpu_of(connection)
    return Cost((after - before) * 1000, status.partition(" ")[0], address)


def costs(cookie: str) -> list[Cost]:
    """The costs of all addresses, the worst first."""
    from django.db import connection

    from clinic.lists.reading import patience
    from tests.visitor import Visitor

    patience.PATIENCE = PATIENT
    visitor = Visitor(cookie)
    visitor.get("/patients/")
    connection.close_at = None  # its process is what is looked at
    return sorted((asked(visitor, address) for address in addresses()), reverse=True)


def rows_of(found: list[Cost]) -> list[str]:
    times = sorted(cost.milliseconds for cost in found)
    p50, p95, p99 = (times[len(times) * share // 100] for share in (50, 95, 99))
    refused = sum(cost.milliseconds > REFUSED or cost.status != "200" for cost in found)
    return [str(len(found)), *(f"{value:.1f}" for value in (p50, p95, p99, times[-1])), str(refused)]


def main() -> None:
    largest = int(os.environ.get("SIZE") or SIZES[0])
    prepare(shared_buffers="128MB", maintenance_work_mem="256MB", max_wal_size="4GB")
    from django.core.management import call_command

    from bench.lists import fill

    call_command("migrate_clinics", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    with superuser() as connection:
        connection.cursor().execute("CREATE EXTENSION pg_prewarm")
    found = {size: costs(fill(size).cookie) for size in SIZES if size <= largest}
    summary = [
        "| patients | addresses | p50 | p95 | p99 | most | refused |\n" + "| --- " * 7 + "|",
        *(f"| {size:,} | {' | '.join(rows_of(of_size))} |" for size, of_size in found.items()),
    ]
    worst = [f"| {cost.milliseconds:.1f} | `{cost.address}` |" for cost in found[max(found)]]
    table = "\n".join(["| ms | address |\n| --- | --- |", *worst])
    write(
        "combinations", f"Every order by every filter and search, {max(found):,} patients", "CPU of PostgreSQL in ms.",
        ["\n".join(summary), table],
    )  # fmt: skip


if __name__ == "__main__":
    main()
