"""What a program asks of an API, and what each costs; prints JSON. Run by bench.api under the settings of its subject.

`python -m bench.programs SUBJECT FILE`: the file has headers, a cookie, a practitioner and addresses by name.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import django

if __name__ == "__main__":
    django.setup()

from bench.asking import LEAST, cost
from clinic.demo.names import name_maker

ROWS = int(os.environ.get("ROWS") or 1000)  # of a bulk request
SYLLABLES = ("ba", "den", "fo", "gri", "hal", "ju", "ker", "lo", "mun", "ni", "pas", "rit", "sol", "tar", "vel", "zo")
random = Random()  # noqa: S311  # others for each subject: the rows of the first are copied for the second
names = name_maker(random)


def body(practitioner: str, field: str) -> dict[str, str]:
    """Somebody new, who has names as people have them, and one before that nobody else has: names are there once."""
    second = "".join(random.choices(SYLLABLES, k=4)).title()
    day = f"{random.randrange(1930, 2020)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
    number = f"B-{uuid4().hex[:12]}"
    return {"full_name": f"{second} {names()[0]}", "gender": "female", "date_of_birth": day, "record_number": number,
            field: practitioner}  # fmt: skip


def asks(subject: str, asked: dict[str, Any], visitor: Any) -> dict[str, Callable[[], tuple[str, str]]]:
    """What is asked, by name: reading first, then writing, then what was written."""
    headers, addresses = asked["headers"], asked["addresses"]
    field = "user" if subject == "ours" else "practitioner"
    new = partial(body, asked["practitioner"], field)

    def bulk() -> tuple[str, str]:
        rows = [new() for _ in range(ROWS)]
        sent = {"rows": rows} if subject == "ours" else rows
        return visitor.send("POST", addresses["bulk"], json.dumps(sent).encode(), **headers)

    def create() -> tuple[str, str]:
        return visitor.send("POST", addresses["create"], json.dumps(new()).encode(), **headers)

    reading = {name: partial(visitor.get, address, **headers) for name, address in addresses["reading"].items()}
    if subject == "ours":
        _, page = visitor.get(addresses["deep"], **headers)
        following = json.loads(page)["meta"]["pagination"]["next"]
        reading["deep"] = partial(visitor.get, following[following.index("/api/") :], **headers)
    return {**reading, "create": create, "bulk": bulk}


def changes(asked: dict[str, Any], visitor: Any) -> dict[str, Any]:
    """What a page of changes costs, of those that were made here."""
    from clinic.audit.seals import seal_trail
    from clinic.tenancy.models import Clinic
    from clinic.tenancy.scope import clinic_scope

    with clinic_scope(Clinic.objects.get(pk=asked["clinic"])):
        seal_trail()
    return cost(partial(visitor.get, asked["addresses"]["changes"], **asked["headers"]))


def main(subject: str, file: Path) -> None:
    from tests.visitor import Visitor

    asked = json.loads(file.read_text())
    visitor = Visitor(asked["cookie"])
    costs = {}
    for name, ask in asks(subject, asked, visitor).items():
        costs[name] = cost(ask, least=2 if name == "bulk" else LEAST)
        print(f"{subject:8} {name:8} {costs[name]['p50']:9.2f} ms", file=sys.stderr, flush=True)
    if subject == "ours":
        costs["changes"] = changes(asked, visitor)
    print(json.dumps(costs))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
