"""docs/security.md answers every requirement of the standard, and what it names is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEXT = (ROOT / "docs" / "security.md").read_text()
# OWASP ASVS 5.0.0: of each section how many requirements of levels 1 and 2 it has; those of level 3 come last.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip


class Answer(NamedTuple):
    number: str
    level: str
    state: str
    how: str
    named: str


def answers() -> Iterator[Answer]:
    for line in TEXT.splitlines():
        if re.match(r"\| \d+\.\d+\.\d+ \|", line):
            yield Answer(*(cell.strip().strip("`") for cell in line.strip("|").split("|")))


def test_every_requirement_is_answered_once():
    asked = [f"{section}.{number}" for section, last in SECTIONS.items() for number in range(1, last + 1)]
    assert (len(asked), [each.number for each in answers()]) == (253, asked)


def test_each_says_how_and_names_something_where_it_is_held():
    stated = {("held", True), ("not here", False), ("open", False)}
    faults = [each for each in answers() if not each.how or (each.state, bool(each.named)) not in stated]
    assert faults == []


def has(named: str) -> bool:
    """Whether a named test, file of tests, place, or part of this very document is there."""
    file, _, test = named.partition("::")
    if not test:
        return (ROOT / file).exists() or (ROOT / "tests" / file).exists()
    path = ROOT / "tests" / file
    functions = ast.walk(ast.parse(path.read_text())) if path.is_file() else ()
    return any(isinstance(each, ast.FunctionDef) and each.name == test for each in functions)


def test_whatever_is_named_is_there():
    named = re.findall(r"`((?:\w+/)*[\w.-]+\.(?:py|md|js|txt|template)(?:::\w+)?)`", TEXT)
    assert len(named) > 200
    assert [each for each in named if not has(each)] == []


@pytest.mark.parametrize(
    "named", ["accounts/test_tries.py::test_that_never_was", "accounts/test_never.py", "clinic/no.py"]
)
def test_what_is_not_there_is_noticed(named):
    assert not has(named)


def test_sections_that_are_named_are_there():
    named = set(re.findall(r'Section "([^"]+)"', TEXT))
    assert named - set(re.findall(r"^## (.+)$", TEXT, re.MULTILINE)) == set()
