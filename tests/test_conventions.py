"""The house rules that a machine can check."""

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(
    path for path in [*ROOT.glob("clinic/**/*.py"), *ROOT.glob("tests/**/*.py")] if "migrations" not in path.parts
)
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = [layer.removeprefix("clinic.") for layer in reversed(CONTRACTS[0]["layers"])]
# Folders of parts that packages include, by their names.
OF_PACKAGES = ("elements", "layouts", "bootstrap5")
# Parts that have another's name: the frame itself, and one that a package includes.
NOT_PAGES = {"base.html", "password_reset_help_text.html"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "manager", "service"}
# Modules of a forbidden name, with the reason.
NAMED_BY_OTHERS = {"clinic/tenancy/backend/base.py": "Django finds a database backend by this name"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_dependencies_name_no_address():
    """Whoever installs says where packages are had, and whom to sponsor is not said here either."""
    named = [ROOT / "pyproject.toml", *ROOT.glob("requirements*"), *ROOT.glob("tests/foreign/node/package*.json")]
    assert {path.suffix for path in named} == {".toml", ".txt", ".in", ".json"}
    assert [relative(path) for path in named if re.search(r"\w+://", path.read_text())] == []


def test_module_has_300_lines_at_most():
    assert [relative(path) for path in MODULES if lines(path) > 300] == []


def test_template_has_80_lines_at_most():
    assert [relative(path) for path in TEMPLATES if lines(path) > 80] == []


def test_function_has_30_lines_at_most():
    """Without its docstring and, since they are data, its parameters."""
    long = []
    for path in MODULES:
        if not relative(path).startswith("clinic/"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if body and (body[-1].end_lineno or 0) - body[0].lineno + 1 > 30:
                    long.append(f"{relative(path)}:{node.name}")
    assert long == []


def test_module_is_not_called_after_nothing():
    found = {relative(path) for path in MODULES if path.stem in FORBIDDEN_NAMES}
    assert found == set(NAMED_BY_OTHERS)


def test_there_is_something_to_look_at():
    """What follows goes over these: an empty list would agree with everything."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("clinic.")]
    assert (len(MODULES) > 300, len(TEMPLATES) > 50, len(ours) > 15) == (True, True, True)


def test_page_extends_base_and_a_part_does_not():
    pages = [path for path in TEMPLATES if path.parts[-2] not in OF_PACKAGES and path.name not in NOT_PAGES]
    parts = {relative(path) for path in pages if path.name.startswith("_")}
    extending = {relative(path) for path in pages if path.read_text().lstrip().startswith("{% extends")}
    assert (len(parts) > 10, len(extending) > 30) == (True, True)
    assert extending ^ parts == {relative(path) for path in pages}


@pytest.mark.parametrize("pattern", [r"<script(?![^>]*\bsrc=)", r"<style", r"\sstyle=", r"\son[a-z]+=", r"https?://"])
def test_template_has_nothing_inline_and_nothing_from_elsewhere(pattern):
    assert [relative(path) for path in TEMPLATES if re.search(pattern, path.read_text())] == []


def test_room_has_14_modules_at_most():
    rooms = Counter(path.parent for path in MODULES if relative(path).startswith("clinic/") and path.stem != "__init__")
    assert (len(rooms) > 25, {relative(room): count for room, count in rooms.items() if count > 14}) == (True, {})


def test_foreign_keys_point_down():
    wrong = []
    for model in apps.get_models():
        if not model.__module__.startswith("clinic."):
            continue
        here = LAYERS.index(model.__module__.split(".")[1])
        for field in model._meta.get_fields():
            target = field.related_model.__module__ if isinstance(field, models.ForeignKey) else ""
            if target.startswith("clinic.") and LAYERS.index(target.split(".")[1]) > here:
                wrong.append(str(field))
    assert wrong == []


KNOWING = re.compile(r"clinic\.assessments|assessment_set")


def made_on_import(body: list[ast.stmt]) -> set[str]:
    """What the statements of a module or of its classes ask a manager for; functions run later."""
    found = set()
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            found |= made_on_import(statement.body)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            lambdas = [node for node in ast.walk(statement) if isinstance(node, ast.Lambda)]
            later = {id(node) for each in lambdas for node in ast.walk(each)}
            calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call) and id(node) not in later]
            found |= {made for call in calls if ".objects." in (made := ast.unparse(call.func)) and "(" not in made}
    return {made for made in found if not made.endswith(".objects.none")}


def test_no_queryset_is_made_when_a_module_is_imported():
    """It would belong to the clinic in whose scope the module happens to be imported first."""
    ours = [path for path in MODULES if relative(path).startswith("clinic/")]
    found = {relative(path): made for path in ours if (made := made_on_import(ast.parse(path.read_text()).body))}
    assert (found, len(ours) > 200) == ({}, True)


def test_patients_never_learn_of_assessments():
    found = {
        room: [path.name for path in ROOT.glob(f"clinic/{room}/**/*.py") if KNOWING.search(path.read_text())]
        for room in ("patients", "instruments", "api")
    }
    assert (found["patients"], found["instruments"], "assessments.py" in found["api"]) == ([], [], True)


def test_no_module_sets_a_session_setting():
    """`SET` outlives a transaction; only the owner's migration connection may use it."""
    found = {
        relative(path)
        for path in MODULES
        if relative(path).startswith("clinic/")
        and re.search(r"[\"' (]SET (?!LOCAL|CONSTRAINTS|TRANSACTION)", path.read_text())
    }
    of_databases = {"clinic/postgres/preparation.py", "clinic/tenancy/cluster.py"}
    assert found == {"clinic/tenancy/backend/base.py", *of_databases}


def test_test_is_never_skipped():
    words = ("skip" + "(", "skip" + "if", "x" + "fail")
    assert [relative(path) for path in MODULES if any(word in path.read_text() for word in words)] == []


def test_requirements_name_no_host():
    found = sorted(ROOT.glob("requirements*"))
    assert (len(found), [path.name for path in found if "://" in path.read_text()]) == (14, [])


def test_every_decision_is_in_the_index_under_a_number_of_its_own():
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.relative_to(folder).as_posix() for path in folder.glob("**/0*.md"))
    index = re.findall(r"\]\(((?:history/)?\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text())
    numbers = Counter(name.rpartition("/")[2][:4] for name in records)
    assert (sorted(index), [number for number, count in numbers.items() if count > 1]) == (records, [])
