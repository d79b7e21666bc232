"""The first rows of several lists, read by one statement that Django writes once in a process.

A page such as Today shows a few rows of each of its lists. Asked one by one they are a message each, and composing and
writing their querysets takes longer than all else that the page does (measured: 9 of 17 ms).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BinaryField, Func, JSONField, Model, QuerySet, Value
from django.db.models.constants import LOOKUP_SEP

from clinic.tenancy.scope import sees_everybody


class Part(NamedTuple):
    """Rows of a list, and what is read of them: fields, those of what they refer to ("patient__full_name"), and
    annotations. All others are what Django calls deferred: reading one is slow and not wrong.
    """

    rows: QuerySet[Any]
    fields: Sequence[str]


class Shape(NamedTuple):
    """How a record is made of the values that were read, and those that it refers to from theirs.

    `fields`, in the order of the model, and `annotated` say in which place each is, and `key` in which the primary key
    is: None where a record refers to nothing.
    """

    model: type[Model]
    key: int
    fields: Sequence[tuple[Any, int]]
    annotated: Mapping[str, int]
    referred: Mapping[str, "Shape"]

    def record(self, values: Sequence[Any]) -> Any:
        if values[self.key] is None:
            return None
        read = [field.to_python(values[at]) for field, at in self.fields]
        record: Any = self.model.from_db(DEFAULT_DB_ALIAS, [field.attname for field, _ in self.fields], read)
        for name, shape in self.referred.items():
            setattr(record, name, shape.record(values))
        for name, at in self.annotated.items():
            setattr(record, name, values[at])
        return record


class Statement(NamedTuple):
    """All parts as one SELECT of their names and their rows."""

    text: str
    params: tuple[Any, ...]
    shapes: dict[str, Shape]

    def read(self, values: Mapping[Any, Any]) -> dict[str, list[Any]]:
        """The records of each part, in their order. `values` has what stands in place of parameters of the writing."""
        found: dict[str, list[Any]] = {name: [] for name in self.shapes}
        if not found:
            return found
        with connection.cursor() as cursor:
            cursor.execute(self.text, [values.get(param, param) for param in self.params])
            for name, row in cursor.fetchall():
                found[name].append(self.shapes[name].record(json.loads(row, parse_float=Decimal)))
        return found


def read_together[A](
    parts: Callable[[A], Mapping[str, Part]], asked: A, *, like: A, differing: Callable[[A], Sequence[Any]]
) -> dict[str, list[Any]]:
    """The records of `parts(asked)`, read by the statement of `parts(like)`, which is the same but for its parameters.

    `differing` gives those of the one and of the other. Whoever sees some patients only has a statement written anew:
    whom they see is in it.
    """
    if not sees_everybody():
        return _write(parts, asked).read({})
    return _written(parts, like).read(dict(zip(differing(like), differing(asked), strict=True)))


def _write[A](parts: Callable[[A], Mapping[str, Part]], asked: A) -> Statement:
    texts: list[str] = []
    params: list[Any] = []
    shapes: dict[str, Shape] = {}
    for name, part in parts(asked).items():
        row = Func(*part.fields, function="jsonb_build_array", output_field=JSONField())
        text, values = part.rows.values_list(Value(name), row).query.sql_with_params()
        texts.append(f"({text})")
        params.extend(values)
        shapes[name] = _shape(part.rows.model, {path: at for at, path in enumerate(part.fields)}, part.rows)
    return Statement(" UNION ALL ".join(texts), tuple(params), shapes)


_written = lru_cache(maxsize=64)(_write)


def _shape(model: Any, paths: Mapping[str, int], rows: QuerySet[Any] | None = None) -> Shape:
    annotations = rows.query.annotations if rows is not None else {}
    own = {path: at for path, at in paths.items() if LOOKUP_SEP not in path and path not in annotations}
    behind: dict[str, dict[str, int]] = {}
    for path, at in paths.items():
        name, _, rest = path.partition(LOOKUP_SEP)
        if rest:
            behind.setdefault(name, {})[rest] = at
    read = [each for each in model._meta.concrete_fields if ("pk" if each.primary_key else each.name) in own]
    if "pk" not in own or len(read) != len(own) or any(isinstance(each, BinaryField) for each in read):
        raise ValueError(f"Fields of {model.__name__} that JSON can carry, one of them pk, not: {', '.join(own)}")
    return Shape(
        model=model,
        key=own["pk"],
        fields=[(each, own["pk" if each.primary_key else each.name]) for each in read],
        annotated={name: paths[name] for name in annotations if name in paths},
        referred={name: _shape(model._meta.get_field(name).related_model, rest) for name, rest in behind.items()},
    )
