"""A model's fields are declared once, on the model; what else has a list of them works it out from there.

A field that people write is `editable`, which Django has for this: the trail keeps it, forms show it and fill it with
what is stored, the API takes and gives it. Whoever forgets nothing cannot lose what was stored.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models


def editable_fields(model: type[models.Model]) -> tuple[str, ...]:
    """The names of the fields that people write, in the order of their declaration."""
    return tuple(field.name for field in model._meta.concrete_fields if field.editable and not field.primary_key)


def fill_in[Field](
    declared: dict[str, Field],
    model: type[models.Model],
    make: Callable[[Any], Field],
    *,
    but: Iterable[str] = (),
) -> dict[str, Field]:
    """`declared` with a field made for each of the model's editable ones that is missing, in the model's place."""
    names = [name for name in editable_fields(model) if name not in but]
    missing = {name: make(model._meta.get_field(name)) for name in names if name not in declared}
    found = dict(declared)
    for name, field in missing.items():
        before = names[: names.index(name)]
        place = max([list(found).index(each) for each in before if each in found], default=-1) + 1
        found = dict([*list(found.items())[:place], (name, field), *list(found.items())[place:]])
    return found
