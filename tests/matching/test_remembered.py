"""What a process remembers of names stays small, however many people it has compared."""

import ast

from clinic.matching import comparing, letters, person
from tests.test_conventions import MODULES, relative

MOST = 4096


def test_nothing_of_people_is_remembered_without_a_bound():
    kept = {
        name: each.cache_parameters()["maxsize"]
        for module in (comparing, letters, person)
        for name, each in vars(module).items()
        if hasattr(each, "cache_parameters")
    }
    assert {"names", "spelling", "births", "edits", "skeleton", "folded", "spelt", "_parted"} <= set(kept)
    assert {name: size for name, size in kept.items() if size is None or size > MOST} == {}


def test_no_module_remembers_more_than_that():
    written = [
        (relative(path), ast.literal_eval(word.value))
        for path in MODULES
        if relative(path).startswith("clinic/")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("lru_cache")
        for word in call.keywords
        if isinstance(word.value, ast.Constant)
    ]
    assert len(written) > 3
    assert [each for each in written if each[1] is None or each[1] > MOST] == []
