"""A worker from its start: the CPU until its first answer, and its memory once it has answered more; prints JSON.

Run by bench.lists under `clinic.settings`, with a cookie as its argument.
"""

import json
import os
import sys

import psutil

ASKED = ("/patients/", "/patients/?q=mar", "/api/v1/patients/", "/assessments/", "/worklists/due/")


def main(cookie: str) -> None:
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
