"""Every test can fail: none asserts nothing, or only of what may not be there."""

import ast

import pytest

from tests.test_conventions import ROOT, relative
from tests.weak import Module, checking_names, weaknesses

# Tests that are as they are, each with the reason.
ALLOWED: dict[tuple[str, str], str] = {}

ANOTHER_EACH_TIME = {"uuid4", "now", "localdate", "token_hex", "getpid", "time"}

SAMPLES = [
    (
        "asserts nothing",
        "def test_x():\n    made()",
        "def check(page):\n    assert page\ndef test_x():\n    check(made())",
    ),
    (
        "asserts nothing",
        "def test_x():\n    @given(rows)\n    def inner(row):\n        made(row)\n    inner()",
        "def test_x():\n    @given(rows)\n    def inner(row):\n        assert made(row)\n    inner()",
    ),
    (
        "asserts only where something may not run",
        "def test_x():\n    for page in pages():\n        assert page.ok",
        "def test_x():\n    for page in pages():\n        assert page.ok\n    assert len(pages()) == 3",
    ),
    (
        "asserts only where something may not run",
        "PAGES = sorted(found())\ndef test_x():\n    for page in PAGES:\n        assert page.ok",
        "PAGES = ('a', 'b')\ndef test_x():\n    for page in sorted(PAGES):\n        assert page.ok",
    ),
    (
        "asserts only where something may not run",
        "def test_x():\n    if made():\n        assert made() == 3",
        "def test_x():\n    for number in range(3):\n        with pytest.raises(KeyError):\n            made(number)",
    ),
    (
        "asserts something of all, of which there may be none",
        "def test_x():\n    assert all(row.ok for row in rows())",
        "def test_x():\n    assert all(word in page() for word in ('a', 'b'))",
    ),
    (
        "asserts something of all, of which there may be none",
        "def test_x():\n    assert not any(row.bad for row in rows())",
        "def test_x():\n    assert [row.bad for row in rows()] == [False, False]",
    ),
    ("asserts what is always true", "def test_x():\n    assert 'a page'", "def test_x():\n    assert page()"),
    ("asserts what is always true", "def test_x():\n    assert x.y == x.y", "def test_x():\n    assert x.y == x.z"),
    (
        "asserts that a page lacks something, whatever page it is",
        "def test_x():\n    assert 'name' not in get('/').content.decode()",
        "def test_x():\n    page = get('/')\n    assert page.status_code == 200\n    assert 'name' not in page.content",
    ),
]


@pytest.fixture(scope="module")
def suite():
    """Every module of the tests, by its name."""
    found = {}
    for path in sorted(ROOT.glob("tests/**/*.py")):
        name = relative(path).removesuffix(".py").replace("/", ".")
        found[name] = Module(name, path.read_text(), found)
    return found


def kinds(text):
    module = Module("sample", text)
    return [kind for _, kind in weaknesses(module, checking_names([module]))]


@pytest.mark.parametrize(("kind", "weak", "sound"), SAMPLES)
def test_kind_is_seen_where_it_is_and_not_where_it_is_not(kind, weak, sound):
    assert (kinds(weak), kinds(sound)) == ([kind], [])


def test_every_test_can_fail(suite):
    checking = checking_names(list(suite.values()))
    weak = {(module.name, name): kind for module in suite.values() for name, kind in weaknesses(module, checking)}
    assert sum(len(module.tests) for module in suite.values()) > 1000
    assert [f"{module}.{name} {kind}" for (module, name), kind in weak.items() if (module, name) not in ALLOWED] == []
    assert set(ALLOWED) - set(weak) == set()


def parts_of_names(node):
    """What pytest may write into the name of a test: not what is in a dictionary, which it numbers."""
    yield node
    for each in ast.iter_child_nodes(node):
        if not isinstance(each, ast.Dict):
            yield from parts_of_names(each)


def of_each_process(tree):
    """The lines of decorators that call what is another in each process: names of tests made of it differ between two
    workers, and then none of them runs a test."""
    decorated = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    calls = [call for node in decorated for each in node.decorator_list for call in parts_of_names(each)]
    calls = [call for call in calls if isinstance(call, ast.Call)]
    named = [(call, getattr(call.func, "id", getattr(call.func, "attr", ""))) for call in calls]
    return [call.lineno for call, name in named if name in ANOTHER_EACH_TIME]


def test_tests_are_called_the_same_in_every_process(suite):
    sample = "@pytest.mark.parametrize('path', ['/', f'/{uuid4()}/'])\ndef test_x(path):\n    assert get(path)"
    assert of_each_process(ast.parse(sample)) == [1]
    assert {name: lines for name, module in suite.items() if (lines := of_each_process(module.tree))} == {}
