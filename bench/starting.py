"""A worker from its start: the CPU until its first answer, and its memory once it has answered more; prints JSON.

Run by bench.lists under `clinic.settings`, with a cookie as its argument. It has the packages that are shipped: those
for development are hidden, since some libraries import what they find, as structlog does rich.
"""

import json
import os
import re
import sys
from importlib.abc import MetaPathFinder
from importlib.metadata import packages_distributions
from typing import Any

import psutil

from bench.server import ROOT

ASKED = ("/patients/", "/patients/?q=mar", "/api/v1/patients/", "/assessments/", "/worklists/due/")


class Hiding(MetaPathFinder):
    """Finds no package that `requirements.txt` does not name."""

    def __init__(self) -> None:
        shipped = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
        self.hidden = {
            name
            for name, found in packages_distributions().items()
            if not shipped & {re.sub(r"[-_.]+", "-", each).lower() for each in found} and name not in sys.modules
        }

    def find_spec(self, fullname: str, *_: Any) -> None:
        if fullname in self.hidden:
            raise ModuleNotFoundError(f"{fullname} is not shipped.", name=fullname)


def main(cookie: str) -> None:
    sys.meta_path.insert(0, Hiding())
    from clinic.wsgi import application
    from tests.visitor import Visitor

    visitor = Visitor(cookie)
    visitor.application = application
    status, _ = visitor.get("/patients/")
    seconds = sum(os.times()[:2])
    for _ in range(100):
        for address in ASKED:
            visitor.get(address)
    memory = psutil.Process().memory_full_info()
    print(json.dumps({"status": status, "cpu": seconds, "rss": memory.rss / 2**20, "own": memory.uss / 2**20}))


if __name__ == "__main__":
    main(sys.argv[1])
