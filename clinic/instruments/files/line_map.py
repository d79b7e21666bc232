"""Find the line of each part of a TOML text, which tomllib does not tell."""

import re
import tomllib
from collections import Counter

from clinic.instruments.reading import Path

HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
KEY = re.compile(r"\s*(\"[^\"]*\"|[A-Za-z0-9_-]+)\s*=")


def line_map(text: str) -> dict[Path, int]:
    """The line of every table, key and list entry of a valid TOML text, by its path in the data.

    A list with one entry a line gives each entry its line; otherwise the entries share the line of the key.
    """
    lines, found, counts = text.splitlines(), {}, Counter[Path]()
    here: Path = ()
    number = 0
    while number < len(lines):
        header, key = HEADER.match(lines[number]), KEY.match(lines[number])
        if header is not None:
            here = _header_path(header[2], here_is_list=header[1] == "[[", counts=counts)
            found[here] = number + 1
        elif key is not None:
            length = _statement_length(lines[number:])
            path = (*here, key[1].strip('"'))
            found[path] = number + 1
            inside = range(number + 1, number + length - 1)
            entries = [line for line in inside if not lines[line].lstrip().startswith("#")]
            found |= {(*path, index): line + 1 for index, line in enumerate(entries)}
            number += length - 1
        number += 1
    return found


def _header_path(name: str, *, here_is_list: bool, counts: Counter[Path]) -> Path:
    """The path of a header such as `items.measure.tables`. A list in it leads to the last entry so far."""
    path: Path = ()
    steps = [step.strip().strip('"') for step in name.split(".")]
    for step in steps[:-1]:
        path = (*path, step)
        if counts[path]:
            path = (*path, counts[path] - 1)
    path = (*path, steps[-1])
    if here_is_list:
        counts[path] += 1
        path = (*path, counts[path] - 1)
    return path


def _statement_length(lines: list[str]) -> int:
    """The number of lines of a `key = value`."""
    for length in range(1, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[:length]))
        except tomllib.TOMLDecodeError:
            continue
        return length
    return 1
