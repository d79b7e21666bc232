"""Records that each request begins with, read by statements of our own.

Putting such a statement together by the ORM took half of a request's work; these are written once in a process.
"""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from django.db.models.base import ModelState


def columns(table: str, model: type[Model]) -> str:
    """All columns of the model, of a table that the statement calls `table`."""
    return ", ".join(f'{table}."{field.column}"' for field in model._meta.concrete_fields)


def split(row: Sequence[Any], *models: type[Model]) -> list[Any]:
    """The records that stand in the row one after the other, and what follows them. None where a key is NULL."""
    found: list[Any] = []
    at = 0
    for model in models:
        fields = model._meta.concrete_fields
        values = {field.attname: _read(field, value) for field, value in zip(fields, row[at:], strict=False)}
        found.append(loaded(model, values) if values[model._meta.pk.attname] is not None else None)
        at += len(fields)
    return [*found, *row[at:]]


def _read(field: Any, value: Any) -> Any:
    return field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value


def loaded(model: type[Model], values: dict[str, Any]) -> Any:
    """A record of the model as it is in the database; `values` are all its attributes, and become its own."""
    record = model.__new__(model)
    state = values["_state"] = ModelState()
    state.__dict__ = {"adding": False, "db": DEFAULT_DB_ALIAS, "fields_cache": {}}
    record.__dict__ = values
    return record
