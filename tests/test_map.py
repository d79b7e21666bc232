"""The picture of the rooms in CONTRIBUTING.md is the one that the imports draw."""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def imports() -> dict[str, set[str]]:
    """Which room of `clinic/` imports from which, itself apart."""
    rooms = {path.parent.name for path in ROOT.glob("clinic/*/__init__.py")} | {"access"}
    found: dict[str, set[str]] = defaultdict(set)
    for path in ROOT.glob("clinic/*/**/*.py"):
        room = path.relative_to(ROOT / "clinic").parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            if "migrations" not in path.parts and isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module] if node.module != "clinic" else [f"clinic.{each.name}" for each in node.names]
                found[room] |= {name.split(".")[1] for name in names if name.startswith("clinic.")} & rooms - {room}
    return found


def reached(start: str, arrows: dict[str, set[str]]) -> set[str]:
    """The rooms that one comes to from `start` by one arrow or more."""
    seen: set[str] = set()
    left = list(arrows.get(start, ()))
    while left:
        room = left.pop()
        if room not in seen:
            seen.add(room)
            left += arrows.get(room, ())
    return seen


def drawn() -> set[str]:
    """The arrows without those that a longer way says as well, so that they can be looked at."""
    arrows = dict(imports())
    return {
        f"{room} --> {other}"
        for room, others in arrows.items()
        for other in others
        if not any(other in reached(between, arrows) for between in others - {other})
    }


def test_picture_of_the_rooms_is_drawn_from_the_imports():
    picture = (ROOT / "CONTRIBUTING.md").read_text().partition("```mermaid")[2].partition("```")[0]
    assert len(drawn()) > 10
    assert sorted(re.findall(r"\w+ --> \w+", picture)) == sorted(drawn())
