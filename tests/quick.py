"""A pytest plugin for `make quick`: what needs no database, and the rooms that were changed since the last commit.

With nothing changed, of the rooms of the last commit. Browser tests are left to `make test`.
"""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Tests without our database that start servers of their own, so are left out unless their room was changed.
SLOW = ("tests/tenancy/", "tests/demo/", "tests/test_start.py")


def changed_paths() -> list[str]:
    def ask(*words: str) -> list[str]:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()

    found = ask("diff", "--name-only", "HEAD") + ask("ls-files", "--others", "--exclude-standard")
    return found or ask("diff", "--name-only", "HEAD~1")


def changed_rooms(paths: list[str]) -> set[str]:
    """Folders of tests for the folders of code, templates and tests that these paths lie in."""
    parts = [Path(path).parts for path in paths]
    return {f"tests/{part[1]}/" for part in parts if part[0] in ("clinic", "templates", "tests") and len(part) > 2}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    rooms = tuple(changed_rooms(changed_paths()) - {"tests/browser/"})

    def wanted(item: pytest.Item) -> bool:
        unit = "django_db_setup" not in item.fixturenames and not item.nodeid.startswith(SLOW)  # type: ignore[attr-defined]
        return unit or item.nodeid.startswith(rooms)

    left = [item for item in items if not wanted(item)]
    items[:] = [item for item in items if wanted(item)]
    config.hook.pytest_deselected(items=left)
