"""A record as JSON, column by column, and back: for what is kept of a row that is not in its table any more."""

from base64 import b64encode
from datetime import datetime
from typing import Any

from django.db import models

PLAIN = (bool, int, float, str, list, dict, type(None))


def column_value(record: models.Model, column: str) -> Any:
    """What is stored in one column, as JSON can hold it: UUIDs, numbers and days as text, bytes in base64."""
    field = record._meta.get_field(column)
    value = field.get_prep_value(getattr(record, field.attname))  # type: ignore[union-attr]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    return value if isinstance(value, PLAIN) else str(value)


def row_of(record: models.Model) -> dict[str, Any]:
    """Every column but those that the database works out."""
    fields = [field for field in record._meta.concrete_fields if not field.generated]
    return {field.attname: column_value(record, field.attname) for field in fields}


def read_value(model: type[models.Model], column: str, value: Any) -> Any:
    """What `column_value` wrote, as the model has it."""
    field: Any = model._meta.get_field(column)
    return getattr(field, "target_field", field).to_python(value)


def from_row[M: models.Model](model: type[M], row: dict[str, Any]) -> M:
    """The record of a row; columns that are gone by now are left out. It is not saved: see `put_back`."""
    known = {field.attname for field in model._meta.concrete_fields}
    return model(**{name: read_value(model, name, value) for name, value in row.items() if name in known})


def put_back(record: models.Model) -> None:
    """Insert a record as it is, with the moments at which it was made and changed."""
    record.save_base(raw=True, force_insert=True)
