"""The small changes that `bench.mutants` makes, one at a time, as text: everything else of a line stays as it was.

Kept libraries change operators and constants. What nobody noticed here was of other kinds as well: a lock taken out
of a chain of calls, a condition out of several, a filter, an audit record, a day by UTC. So these are our own.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SWAPPED: dict[type[ast.AST], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.In: "not in",
    ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is", ast.Add: "-", ast.Sub: "+", ast.Mult: "+",
}  # fmt: skip
# Methods of a queryset after which the queryset goes on: a chain works without them, and gives something else.
LINKS = {
    "select_for_update", "filter", "exclude", "order_by", "distinct", "active", "archived", "open", "due", "seen_by",
    "strip", "lower", "casefold", "upper",
}  # fmt: skip
# Calls whose keywords are conditions or values, so that one can be left out.
KEYWORDS = {"filter", "exclude", "get", "update", "create", "save", "record", "aged", "due"}


@dataclass(frozen=True)
class Change:
    """`text` in place of what stands from `start` to `end`, offsets into the module's bytes."""

    path: str
    function: str
    line: int
    last_line: int
    start: int
    end: int
    before: str
    text: str

    def of(self, source: bytes) -> bytes:
        return source[: self.start] + self.text.encode() + source[self.end :]

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.function}: {_short(self.before)} -> {_short(self.text)}"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return f"`{flat if len(flat) <= 70 else flat[:67] + '...'}`"


class Module:
    """One file, and every change of it."""

    def __init__(self, path: Path, name: str) -> None:
        self.name, self.source = name, path.read_bytes()
        self.lines = [0]
        for line in self.source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))

    def changes(self) -> list[Change]:
        return list(self._walk(ast.parse(self.source), ""))

    def _walk(self, node: ast.AST, function: str) -> Iterator[Change]:
        for child in ast.iter_child_nodes(node):
            inside = function
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inside = f"{function}.{child.name}".lstrip(".")
            if isinstance(child, ast.Assign) and isinstance(child.targets[0], ast.Name) and not function:
                inside = child.targets[0].id
            yield from self._of(child, inside)
            yield from self._walk(child, inside)

    def _at(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.lines[node.lineno - 1] + node.col_offset,  # type: ignore[attr-defined]
            self.lines[node.end_lineno - 1] + node.end_col_offset,  # type: ignore[attr-defined]
        )

    def _text(self, node: ast.AST) -> str:
        start, end = self._at(node)
        return self.source[start:end].decode()

    def _change(self, node: ast.AST, function: str, text: str) -> Change:
        start, end = self._at(node)
        lines = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        return Change(self.name, function or "module", *lines, start, end, self._text(node), text)

    def _of(self, node: ast.AST, function: str) -> Iterator[Change]:
        for text in self._texts(node):
            if text != self._text(node):
                yield self._change(node, function, text)

    def _texts(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in SWAPPED:
                yield f"({self._text(left)}) {SWAPPED[type(op)]} ({self._text(right)})"
            case ast.BinOp(left=left, op=op, right=right) if type(op) in SWAPPED and _numbers(left, right):
                yield f"({self._text(left)}) {SWAPPED[type(op)]} ({self._text(right)})"
                yield self._text(left)
            case ast.BoolOp(op=op, values=values):
                words = (" and ", " or ") if isinstance(op, ast.And) else (" or ", " and ")
                parts = [self._text(value) for value in values]
                yield f"({words[1].join(f'({part})' for part in parts)})"
                for dropped in range(len(parts)):
                    yield "(" + words[0].join(part for at, part in enumerate(parts) if at != dropped) + ")"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield f"({self._text(operand)})"
            case ast.IfExp(test=test, body=body, orelse=orelse):
                yield f"({self._text(orelse)} if {self._text(test)} else {self._text(body)})"
            case ast.Constant(value=bool() as value):
                yield str(not value)
            case ast.Constant(value=int() as value):
                yield str(value + 1)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="timezone"), attr="localdate"), args=args):
                yield f"{self._text(args[0])}.date()" if args else "timezone.now().date()"
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in LINKS:
                yield self._text(value)
                yield from self._without_keywords(node, attr)
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in KEYWORDS:
                yield from self._without_keywords(node, attr)
            case ast.Raise() | ast.Continue() | ast.Break():
                yield "pass"
            case ast.Expr(value=ast.Call(func=called)) if not self._text(called).startswith("super()"):
                yield "pass"
            case ast.If(test=test) if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
                yield self._text(node).replace(self._text(test), f"not ({self._text(test)})", 1)
            case ast.Set(elts=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) if _named(parts):
                for dropped in parts:
                    left, right = self._text(node)[0], self._text(node)[-1]
                    kept = ", ".join(self._text(part) for part in parts if part is not dropped)
                    yield f"{left}{kept}{',' if left == '(' else ''}{right}"

    def _without_keywords(self, node: ast.Call, attr: str) -> Iterator[str]:
        if attr not in KEYWORDS:
            return
        for dropped in node.keywords:
            kept = [self._text(part) for part in node.args]
            kept += [self._keyword(part) for part in node.keywords if part is not dropped]
            yield f"{self._text(node.func)}({', '.join(kept)})"

    def _keyword(self, part: ast.keyword) -> str:
        return f"{part.arg}={self._text(part.value)}" if part.arg else f"**{self._text(part.value)}"


def _numbers(*nodes: ast.AST) -> bool:
    """Nothing that is seen to be text or a collection, where a plus joins."""
    joined = (ast.JoinedStr, ast.List, ast.ListComp, ast.Tuple, ast.Dict, ast.Set)
    return not any(isinstance(node, joined) or isinstance(getattr(node, "value", None), str | bytes) for node in nodes)


def _named(parts: list[ast.expr]) -> bool:
    """Members of an enumeration, such as permissions or states."""
    return len(parts) > 1 and all(isinstance(part, ast.Attribute) and part.attr.isupper() for part in parts)
