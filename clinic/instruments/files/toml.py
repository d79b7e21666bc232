"""The shipped instruments: one TOML file each, which is read once.

A released file never changes: a new wording or rule is a new file of the next version beside it.
"""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from clinic.instruments import reading
from clinic.instruments.definitions import Definition
from clinic.instruments.files.line_map import line_map
from clinic.instruments.parsing import definition_of

FOLDER = Path(__file__).resolve().parent.parent / "library"


class BrokenFile(Exception):
    """The file cannot be used. `problems` are "name.toml:12: what is wrong", in the order of the lines."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read(path: Path) -> Definition:
    """Read the instrument in a file; raises BrokenFile with every fault and its line."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text, parse_float=Decimal)
        definition = definition_of(data)
    except UnicodeDecodeError as error:
        raise BrokenFile([f"{path.name}:1: The file is not UTF-8 text."]) from error
    except tomllib.TOMLDecodeError as error:
        raise BrokenFile([f"{path.name}:{_syntax_line(error, text)}: {error}"]) from error
    except reading.Faults as error:
        lines = line_map(text)
        found = sorted((_line(lines, fault.path), str(fault)) for fault in error.faults)
        raise BrokenFile([f"{path.name}:{line}: {message}" for line, message in found]) from error
    if path.name != (expected := f"{definition.id}.v{definition.version}.toml"):
        raise BrokenFile([f"{path.name}:1: The file must be called {expected}."])
    return definition


def _syntax_line(error: tomllib.TOMLDecodeError, text: str) -> int:
    message = str(error)
    return int(message.rpartition("line ")[2].partition(",")[0]) if "(at line " in message else text.count("\n") + 1


def _line(lines: dict[reading.Path, int], path: reading.Path) -> int:
    """The line of the nearest part that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


@cache
def shipped() -> dict[tuple[str, str], Definition]:
    """Every version of every instrument in the folder, by id and version; raises BrokenFile."""
    return {definition.key: definition for definition in map(read, sorted(FOLDER.glob("*.toml")))}


def problems(folder: Path = FOLDER) -> list[str]:
    """Every fault in the files of a folder; empty if all can be used."""
    found: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            read(path)
        except BrokenFile as error:
            found += error.problems
    return found


def newest(versions: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """The highest version of each id. Versions are whole numbers: "10" is above "9"."""
    found: dict[str, tuple[int, Any]] = {}
    for (id, version), definition in versions.items():
        number = int(version)
        if id not in found or number > found[id][0]:
            found[id] = number, definition
    return {id: definition for id, (_, definition) in found.items()}
