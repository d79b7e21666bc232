"""Whatever reads the clock is run by a test that holds it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.clock import CLOCKS, TODAY

ROOT = Path(__file__).resolve().parent.parent
READERS = {"localdate", "localtime", "now"}
# Places that no day and no order of moments depends on, with the reason.
UNTIMED: dict[str, str] = {}


def parsed(pattern: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.glob(pattern)):
        if "migrations" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def functions(tree: ast.AST, name: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every function with its name inside the module, those inside a function as part of it."""
    for node in ast.iter_child_nodes(tree):
        inner = f"{name}.{node.name}".lstrip(".") if isinstance(node, ast.ClassDef | ast.FunctionDef) else name
        if isinstance(node, ast.FunctionDef):
            yield inner, node
        else:
            yield from functions(node, inner)


def called(node: ast.AST) -> set[str]:
    """The names of what is called anywhere in the node, without what they are attributes of."""
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}


def places() -> set[str]:
    return {
        f"{path}:{name}"
        for path, tree in parsed("clinic/**/*.py")
        for name, node in functions(tree)
        if called(node) & READERS
    }


def named() -> set[str]:
    """The places that the marks of tests name."""
    return {
        argument.value
        for _, tree in parsed("tests/**/*.py")
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "clock"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }


def test_every_place_that_reads_the_clock_is_run_under_the_clock():
    assert sorted(places() - UNTIMED.keys()) == sorted(named())


def test_no_moment_is_cut_to_its_day_in_utc():
    """`.date()` of a moment is a day in the zone the moment happens to be in; `localdate` says the clinic's."""
    found = [path for path, tree in parsed("clinic/**/*.py") if "date" in method_calls(tree)]
    assert (found, method_calls(ast.parse("row.raised_at.date()"))) == ([], {"date"})


def method_calls(tree: ast.AST) -> set[str]:
    calls = [each.func for each in ast.walk(tree) if isinstance(each, ast.Call)]
    return {call.attr for call in calls if isinstance(call, ast.Attribute)}


def test_clock_says_another_day_in_each_zone(clock):
    import datetime

    from django.utils import timezone

    machine = datetime.date.today()  # noqa: DTZ011
    assert (timezone.localdate(), timezone.now(), machine == clock.today) == (clock.today, clock.moment, False)
    assert (len(set(TODAY.values())), len(CLOCKS)) == (3, 3)
