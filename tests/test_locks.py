"""Every lock that the code takes has a test that fails without it: found in the code, not kept in a list.

A lock is `select_for_update()`, `flock()` or SQL that locks; it is called after the function that takes it, and the
second one in a function has `#2` behind it. A test names the locks that it holds by `@holds_lock`.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.test_conventions import MODULES, ROOT, relative

LOCKING_SQL = re.compile(r"pg_(try_)?advisory_(xact_)?lock|LOCK TABLE|FOR (NO KEY |KEY )?(UPDATE|SHARE)\b")


def locks(node: ast.AST, where: str, docstrings: set[ast.AST]) -> Iterator[str]:
    """The functions of a module that take a lock, each as often as it takes one."""
    for child in ast.iter_child_nodes(node):
        inside = f"{where}.{child.name}" if isinstance(child, ast.FunctionDef | ast.ClassDef) else where
        if (
            isinstance(child, ast.Call)
            and isinstance(child.func, ast.Attribute)
            and child.func.attr in ("select_for_update", "flock")
        ) or (
            isinstance(child, ast.Constant)
            and isinstance(child.value, str)
            and child not in docstrings
            and LOCKING_SQL.search(child.value)
        ):
            yield inside
        yield from locks(child, inside, docstrings)


def docstrings(tree: ast.AST) -> set[ast.AST]:
    """Strings that stand for themselves."""
    return {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def numbered(names: Iterator[str]) -> set[str]:
    seen: Counter[str] = Counter()
    found = set()
    for name in names:
        seen[name] += 1
        found.add(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return found


def taken(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    room = ".".join(path.relative_to(ROOT / "clinic").with_suffix("").parts)
    return numbered(locks(tree, room, docstrings(tree)))


def held(path: Path) -> set[str]:
    """What the tests of a module say they hold."""
    return {
        argument.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "holds_lock"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


def test_every_lock_has_a_test_that_fails_without_it():
    code = [path for path in MODULES if relative(path).startswith("clinic/")]
    tests = [path for path in MODULES if path.name.startswith("test_")]
    all_taken, all_held = set().union(*map(taken, code)), set().union(*map(held, tests))
    assert len(all_taken) > 20
    assert (sorted(all_taken - all_held), sorted(all_held - all_taken)) == ([], [])


def test_lock_that_is_new_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.test_locks.ROOT", tmp_path)
    (tmp_path / "clinic").mkdir()
    path = tmp_path / "clinic" / "new.py"
    path.write_text(
        "def one():\n    rows.select_for_update().get()\n    rows.filter().select_for_update()\n"
        'SQL = "SELECT 1 FOR UPDATE"\n'
        'def two():\n    """Not FOR UPDATE, which a docstring may say."""\n    run(f"LOCK TABLE {name}")\n'
    )
    assert taken(path) == {"new.one", "new.one#2", "new", "new.two"}
