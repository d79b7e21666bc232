"""Asks a web application for one address after another; prints what each cost, as JSON. Run by bench.lists.

`python -m bench.asking SUBJECT FILE`, under the settings of the subject, reads from the file what to ask for.
"""

import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench.server import cpu, percentiles, superuser

BUDGET, LEAST, MOST = 0.8, 5, 400  # seconds and requests for each address
SUM = "SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'"


def statements(ask: Callable[[], object]) -> int:
    """How many statements PostgreSQL ran meanwhile, `BEGIN`, `SET` and `COMMIT` counted each."""
    with superuser() as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT pg_stat_statements_reset()")
        ask()
        cursor.execute(SUM)
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def messages(ask: Callable[[], object]) -> int:
    """How many messages our application sends to PostgreSQL, on the wire."""
    from django.db import connection

    from tests.wire import wire

    with wire(connection) as line:
        ask()
        line.messages.clear()
        ask()
        return len(line.messages)


def cost(ask: Callable[[], tuple[str, str]], *, least: int = LEAST) -> dict[str, Any]:
    """What asking, so often at least, costs: milliseconds on the clock and of CPU on either side, statements, bytes."""
    begun = time.perf_counter()
    status, body = ask()
    first = time.perf_counter() - begun
    if status not in ("200 OK", "201 Created", "204 No Content"):
        raise SystemExit(f"Answered {status}: {body[:2000]}")
    for _ in range(10 if first <= 0.2 else min(2, least - 1)):
        ask()
    taken: list[float] = []
    own, all_of_it = sum(os.times()[:2]), cpu()
    while len(taken) < least or (len(taken) < MOST and sum(taken) < BUDGET):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    own, all_of_it = sum(os.times()[:2]) - own, cpu() - all_of_it
    content = body.encode()
    return {
        **percentiles(seconds * 1000 for seconds in taken),
        "app": own / len(taken) * 1000,
        "database": (all_of_it - own) / len(taken) * 1000,
        "requests": len(taken),
        "statements": statements(ask),
        "bytes": len(content),
        "gzip": len(gzip.compress(content, 6)),
    }


def main(subject: str, file: Path) -> None:
    import django

    django.setup()
    from tests.visitor import Visitor

    asked = json.loads(file.read_text())
    if subject == "floor":
        from bench.floor import Floor

        visitor = Visitor(asked["cookie"])
        visitor.application = Floor(asked["recorded"])
    else:
        visitor = Visitor(asked["cookie"])
    costs = []
    for name, kind, address, headers in asked["operations"]:
        ask = partial(visitor.get, address, **headers)
        costs.append({"name": name, "kind": kind, **cost(ask), "messages": messages(ask) if subject == "ours" else 0})
        print(f"{subject:8} {kind:9} {name:32} {costs[-1]['p50']:9.2f} ms", file=sys.stderr, flush=True)
    print(json.dumps(costs))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
