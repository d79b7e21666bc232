"""The runbook has thirty things and more, and each names a rehearsal that exists."""

import re

import pytest

from tests.postgres import ROOT

TEXT = (ROOT / "docs" / "runbook.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("|") and not line.startswith(("| it shows", "|---"))
]


def test_there_are_thirty_and_no_symptom_twice():
    assert len(ROWS) >= 30
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:40] for row in ROWS])
def test_each_says_what_to_see_and_do_and_who_rehearsed_it(row):
    assert len(row) == 4
    assert min(map(len, row)) >= 7
    path, _, name = row[3].strip("`").partition("::")
    assert re.search(rf"^def {name or 'test_'}", (ROOT / path).read_text(), re.MULTILINE)


# What the operating system and packages say, and what has a name or a number in it.
OF_OTHERS = ("No space left on device", "Read-only file system", "Too many failed login attempts")
FILLED_IN = {
    "Port 8000 is in use by python (process 4711)": "Port {port} is in use{_by(port)}",
    "Production mode needs SECRET_KEY": "Production mode needs {name}",
}


def test_what_it_quotes_is_what_the_record_says():
    folders = [ROOT / name for name in ("clinic", "templates", "deploy")]
    paths = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".html", ".json")]
    paths += [path for path in (ROOT / "deploy" / "postgres").iterdir() if path.is_file()]
    source = " ".join(" ".join(path.read_text() for path in paths).split())
    quoted = {text for row in ROWS for text in re.findall(r'"([^"]{12,})"', row[0])} - set(OF_OTHERS)
    assert len(quoted) > 10
    assert sorted(text for text in quoted if FILLED_IN.get(text, text) not in source) == []


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`manage\.py (\w+)", TEXT))))
def test_each_command_exists(command):
    assert len(list((ROOT / "clinic").glob(f"*/management/commands/{command}.py"))) == 1
