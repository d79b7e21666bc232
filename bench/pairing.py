"""Asks two clinics of different sizes for the same lists in turn, so that both are asked under the same conditions;
prints the p95 of each as JSON. Run by bench.lists under `clinic.settings` with the file that says what to ask for.
"""

import json
import sys
import time
from pathlib import Path

from bench.server import percentiles

ROUNDS, LONG = 100, 20  # of each list, and of one that takes more than `SLOW` seconds
SLOW = 0.1


def main(file: Path) -> None:
    import django

    django.setup()
    from tests.visitor import Visitor

    asked = json.loads(file.read_text())
    visitors = [Visitor(cookie) for cookie in asked["cookies"]]
    found = []
    for small, large in zip(*asked["operations"], strict=True):
        pair = list(zip(visitors, (small, large), strict=True))
        taken: list[list[float]] = [[], []]
        rounds = ROUNDS
        while len(taken[0]) < rounds + 5:
            for times, (visitor, (_, _, address, headers)) in zip(taken, pair, strict=True):
                begun = time.perf_counter()
                status, _ = visitor.get(address, **headers)
                times.append((time.perf_counter() - begun) * 1000)
                if status != "200 OK":
                    raise SystemExit(f"{address}: answered {status}")
            if max(times[-1] for times in taken) > SLOW * 1000:
                rounds = LONG
        found.append([*large[:2], *(percentiles(times[5:])["p95"] for times in taken)])
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
