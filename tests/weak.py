"""Tests that can hardly fail, seen in their syntax: what is asserted of nothing, or of whatever comes."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

PASSING = {"sorted", "list", "tuple", "reversed", "set", "frozenset", "enumerate", "dict"}
EXPECTING = {"raises", "warns", "expect", "run_state_machine_as_test"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def called(node: ast.AST) -> str:
    """The last name of what is called; empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _kind(node: ast.AST) -> str:
    return "assert" if isinstance(node, ast.Assert) else ""


def functions(tree: ast.AST) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


@dataclass
class Module:
    """A module of the tests; `suite` has all of them by name, to follow what is imported."""

    name: str
    text: str
    suite: dict[str, "Module"] = field(default_factory=dict)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def values(self) -> dict[str, ast.expr]:
        """What is assigned to the names of the module."""
        return assigned(self.tree.body)

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        found = [node for node in self.tree.body if isinstance(node, ast.ImportFrom) and node.module]
        return {each.asname or each.name: (node.module or "", each.name) for node in found for each in node.names}

    @cached_property
    def functions(self) -> list[Function]:
        return functions(self.tree)

    @property
    def tests(self) -> list[Function]:
        return [function for function in self.functions if function.name.startswith("test_")]

    @property
    def calls(self) -> list[tuple[str, set[str]]]:
        """Each function that is no test, with what it calls, and "assert" where it does."""
        others = [function for function in self.functions if not function.name.startswith("test_")]
        return [(each.name, {called(node) or _kind(node) for node in ast.walk(each)}) for each in others]


def assigned(body: list[ast.stmt]) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name) and node.value is not None:
            found[target.id] = node.value
    return found


@dataclass
class Reader:
    """Reads one test: `checking` are the names of functions that assert something."""

    module: Module
    function: Function
    checking: set[str]

    def is_sure(self, node: ast.AST | None, module: Module | None = None) -> bool:
        """Whether something is in what is gone through, as far as the syntax says."""
        module = module or self.module
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return any(not isinstance(each, ast.Starred) or self.is_sure(each.value, module) for each in node.elts)
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            return any(key is not None or self.is_sure(value, module) for key, value in pairs)
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str | bytes) and bool(node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.BitOr):
            return self.is_sure(node.left, module) or self.is_sure(node.right, module)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            return all(not each.ifs and self.is_sure(each.iter, module) for each in node.generators)
        if isinstance(node, ast.Name):
            return self._is_sure_name(node.id, module)
        return isinstance(node, ast.Call) and self._is_sure_call(node, module)

    def _is_sure_name(self, name: str, module: Module) -> bool:
        local = assigned([node for node in ast.walk(self.function) if isinstance(node, ast.stmt)])
        if module is self.module and name in local:
            return not isinstance(local[name], ast.Name) and self.is_sure(local[name], module)
        if name in module.values:
            return self.is_sure(module.values[name], module)
        source, original = module.imports.get(name, ("", ""))
        return source in module.suite and self._is_sure_name(original, module.suite[source])

    def _is_sure_call(self, node: ast.Call, module: Module) -> bool:
        name, arguments = called(node), node.args
        if name == "range":
            ends = [ast.literal_eval(each) for each in arguments if isinstance(each, ast.Constant | ast.UnaryOp)]
            return len(ends) == len(arguments) and len(range(*ends)) > 0
        if name in ("items", "values", "keys", "splitlines", "split") and isinstance(node.func, ast.Attribute):
            return self.is_sure(node.func.value, module)
        sure = [self.is_sure(each, module) for each in arguments]
        if name == "zip" and any(keyword.arg == "strict" for keyword in node.keywords):
            return True in sure
        if name in PASSING:
            return sure[:1] == [True]
        return name in ("zip", "product") and bool(sure) and False not in sure

    def verdicts(self, node: ast.AST | None = None, maybe: bool = False) -> Iterator[bool]:
        """For each assertion, whether it runs for sure."""
        for name, value in ast.iter_fields(node or self.function):
            inside = maybe or self._may_not_run(node, name)
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST):
                    continue
                if isinstance(child, ast.Assert) or called(self._meant(child)) in EXPECTING | self.checking:
                    yield not inside
                yield from self.verdicts(child, inside)

    def _meant(self, node: ast.AST) -> ast.AST:
        """What stands behind a name in a `with`: the module may keep a `pytest.raises` for many tests."""
        if not isinstance(node, ast.withitem) or not isinstance(node.context_expr, ast.Name):
            return node
        source, original = self.module.imports.get(node.context_expr.id, (self.module.name, node.context_expr.id))
        return self.module.suite.get(source, self.module).values.get(original, node)

    def _may_not_run(self, node: ast.AST | None, part: str) -> bool:
        """Whether this part of a statement may be passed over."""
        if isinstance(node, ast.For):
            return part == "body" and not self.is_sure(node.iter)
        return isinstance(node, ast.If | ast.While | ast.ExceptHandler) and part in ("body", "orelse")


def checking_names(modules: list[Module]) -> set[str]:
    """The names of functions that assert something, themselves or by another of them; tests are none."""
    calls = [pair for module in modules for pair in module.calls]
    known = {name for name, made in calls if "assert" in made or made & EXPECTING}
    while more := {name for name, made in calls if made & known} - known:
        known |= more
    return known


def weaknesses(module: Module, checking: set[str]) -> Iterator[tuple[str, str]]:
    """Each test that can hardly fail: its name, and which kind it is."""
    for function in module.tests:
        inner = {each.name for each in functions(function)} - {function.name}
        reader = Reader(module, function, checking - {function.name} | (inner & checking))
        found = list(reader.verdicts())
        if not found:
            yield function.name, "asserts nothing"
        elif True not in found:
            yield function.name, "asserts only where something may not run"
        tests = [node.test for node in ast.walk(function) if isinstance(node, ast.Assert)]
        if any(is_vacuous(test, reader) for test in tests):
            yield function.name, "asserts something of all, of which there may be none"
        if any(is_constant(test) for test in tests):
            yield function.name, "asserts what is always true"
        pages = assigned([node for node in ast.walk(function) if isinstance(node, ast.stmt)])
        if any(is_absence(test, pages) for test in tests) and "status_code" not in ast.unparse(function):
            yield function.name, "asserts that a page lacks something, whatever page it is"


def is_vacuous(test: ast.expr, reader: Reader) -> bool:
    """`all(...)`, or `not any(...)`, of what may be empty."""
    for node in ast.walk(test):
        name, call = "all", node
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            name, call = "any", node.operand
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == name and not reader.is_sure(call.args[0]):
            return True
    return False


def is_constant(test: ast.expr) -> bool:
    """A text or a tuple, or the same on both sides; what is called twice may differ."""
    if isinstance(test, ast.Compare):
        same = ast.dump(test.left) == ast.dump(test.comparators[0])
        return same and not any(isinstance(node, ast.Call) for node in ast.walk(test))
    return isinstance(test, ast.Constant | ast.JoinedStr | ast.Lambda) or bool(getattr(test, "elts", None))


def is_absence(test: ast.expr, pages: dict[str, ast.expr]) -> bool:
    """`... not in response.content`, also by way of one of the names `pages`."""
    lacking = [node for node in ast.walk(test) if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn)]
    within = [node.comparators[0] for node in lacking]
    within += [pages[node.id] for node in within if isinstance(node, ast.Name) and node.id in pages]
    parts = [part for node in within for part in ast.walk(node)]
    return any(isinstance(part, ast.Attribute) and part.attr == "content" for part in parts)
