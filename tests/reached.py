"""A pytest plugin for `make mutants`: which lines of `clinic/` each test reaches, into the folder that `REACHED` names.

A line tells of itself once a test, so a run with this takes hardly longer than one without. Lines that are only
reached in other processes are not seen, and those of a fixture are its first test's.
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

CODE = str(Path(__file__).resolve().parent.parent / "clinic") + os.sep
TOOL = sys.monitoring.COVERAGE_ID
reached: dict[str, dict[str, list[int]]] = {}
seconds: dict[str, float] = defaultdict(float)
failed: set[str] = set()
lines: dict[str, set[int]] = defaultdict(set)


def note(code: CodeType, line: int) -> Any:
    if code.co_filename.startswith(CODE):
        lines[code.co_filename[len(CODE) :]].add(line)
    return sys.monitoring.DISABLE


def pytest_configure() -> None:
    sys.monitoring.use_tool_id(TOOL, "reached")
    sys.monitoring.register_callback(TOOL, sys.monitoring.events.LINE, note)
    sys.monitoring.set_events(TOOL, sys.monitoring.events.LINE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    lines.clear()
    sys.monitoring.restart_events()
    result = yield
    reached[item.nodeid] = {path: sorted(found) for path, found in lines.items()}
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that fails tells nothing of a change, so it is left out."""
    seconds[report.nodeid] += report.duration
    if report.failed:
        failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    passed = {test: found for test, found in reached.items() if test not in failed}
    told = {test: {"lines": found, "seconds": round(seconds[test], 3)} for test, found in passed.items()}
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    (Path(os.environ["REACHED"]) / f"{worker}.json").write_text(json.dumps(told))
