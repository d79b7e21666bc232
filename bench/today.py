"""Today, in a clinic of many: its page, its lines, and asking again while nothing came in; prints what each costs.

`python -m bench.today COOKIE`, run by bench.lists under `clinic.settings`.
"""

import json
import re
import sys
from functools import partial
from typing import Any

import django

from bench.asking import cost, messages

LINES = "/worklists/today/"
FRAGMENT = {"hx_request": "true", "hx_target": "today"}
STAMP = re.compile(r"\?stamp=([^\"&]+)")


def main(cookie: str) -> None:
    django.setup()
    from tests.visitor import Visitor

    visitor = Visitor(cookie)
    stamp = STAMP.search(visitor.get(LINES, **FRAGMENT)[1])
    if stamp is None:
        raise SystemExit("Today's lines do not ask again.")
    asked = {
        "page": partial(visitor.get, "/"),
        "lines": partial(visitor.get, LINES, **FRAGMENT),
        "poll": partial(visitor.get, f"{LINES}?stamp={stamp[1]}", **FRAGMENT, x_polled="true"),
    }
    costs: dict[str, Any] = {name: {**cost(ask), "messages": messages(ask)} for name, ask in asked.items()}
    print(json.dumps(costs))


if __name__ == "__main__":
    main(sys.argv[1])
