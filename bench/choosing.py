"""Which tests `make mutants` runs for a change."""

from collections import Counter
from heapq import heapify, heappop, heappush
from typing import Any

from bench.mutating import Change

MOST_SECONDS = 90.0  # of tests that are run for one change, by how long each took unchanged


def chosen(change: Change, reached: dict[str, Any]) -> tuple[list[str], bool]:
    """The tests that reach the changed lines, as many as take `MOST_SECONDS`, and whether any does.

    Half of the time goes to tests that reach what others do not (see `covering`), the rest to the room's own, those
    that reach least first. Where no test reaches the lines, as what runs at import is reached by none, the tests
    count that reach anything of the module; these run in a database that the changed code fills.
    """
    wanted = set(range(change.line, change.last_line + 1))
    touching = [test for test, found in reached.items() if wanted & set(found["lines"].get(change.path, ()))]
    in_tests = bool(touching)
    touching = touching or [test for test, found in reached.items() if change.path in found["lines"]]
    app = change.path.split("/")[0] + "/"
    tests = covering(touching, reached, app, MOST_SECONDS / 2)
    spent = sum(reached[test]["seconds"] for test in tests)
    rest = sorted(
        set(touching) - set(tests),
        key=lambda test: (not test.startswith(f"tests/{app}"), sum(map(len, reached[test]["lines"].values())), test),
    )
    for test in rest:
        spent += reached[test]["seconds"]
        if spent > MOST_SECONDS and tests:
            break
        tests.append(test)
    return tests, in_tests


def covering(tests: list[str], reached: dict[str, Any], app: str, most: float) -> list[str]:
    """Tests that together reach much of the app, those first that reach for their time most of what few others do.

    A line that every request runs is reached by thousands of tests, and those of its own room are not always those
    that tell: that a locked device gets one page only is seen by the tests of questionnaires.
    """
    lines = {
        test: {(path, line) for path, found in reached[test]["lines"].items() if path.startswith(app) for line in found}
        for test in tests
    }
    counts = Counter(line for found in lines.values() for line in found)

    def gain(test: str) -> float:
        return sum(1 / counts[line] for line in lines[test] - covered) / (reached[test]["seconds"] + 0.1)

    covered: set[tuple[str, int]] = set()
    heap = [(-gain(test), test) for test in tests]
    heapify(heap)
    taken, spent = [], 0.0
    while heap:
        _, test = heappop(heap)
        now = gain(test)
        if heap and now < -heap[0][0]:  # what was taken meanwhile has some of its lines: put it back in its place
            heappush(heap, (-now, test))
            continue
        if now == 0 or spent + reached[test]["seconds"] > most:
            break
        taken.append(test)
        covered |= lines[test]
        spent += reached[test]["seconds"]
    return taken
