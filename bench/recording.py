"""Records what our application sends to PostgreSQL for each address, for the floor to send the same; prints JSON.

Run by bench.lists under `clinic.settings`, with the file that says what to ask for.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import connection

from tests.visitor import Visitor
from tests.wire import wire


def around(body: str) -> tuple[str, str]:
    """What stands before the rows of a table and after them; all of it where there are none."""
    first, last = body.find('<tr role="row">'), body.rfind("</tr>")
    return (body, "") if first < 0 else (body[:first], body[last + 5 :])


def main(file: Path) -> None:
    asked, recorded = json.loads(file.read_text()), dict[str, Any]()
    visitor = Visitor(asked["cookie"])
    with wire(connection) as line:
        visitor.get("/patients/")
        for _, kind, address, headers in asked["operations"]:
            line.messages.clear()
            _, body = visitor.get(address, **headers)
            top, bottom = around(body) if kind != "json" else ("", "")
            path, _, query = address.partition("?")
            recorded[f"{headers.get('hx_request', '')}{path}?{query}"] = {
                "messages": list(line.messages),
                "html": kind != "json",
                "top": top,
                "bottom": bottom,
            }
    print(json.dumps(recorded))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
