"""How PostgreSQL carries a statement out: where the clinic lives on another server, that one's plan."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.db import connection

from clinic.tenancy.cluster import has_citus, own_plan

NAMES = ("Index Name", "Relation Name")
SHARD = re.compile(r"_\d+$")  # a table and its indexes have it behind their names at a worker


def plan_of(sql: str, params: Any = None, *, options: str = "") -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({options}FORMAT JSON) {sql}", params)
        answer = cursor.fetchone()[0]
    plan = own_plan((json.loads(answer) if isinstance(answer, str) else answer)[0])
    if has_citus():
        for node in nodes(plan):
            node.update({name: SHARD.sub("", node[name]) for name in NAMES if name in node})
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)
