"""Values as the text that COPY reads."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import models


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def copied(value: Any) -> str:
    """A value of a field; None is the database's null."""
    if value is None:
        return "\\N"
    return escaped(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value))


def line(*values: Any) -> str:
    """The row of these values."""
    return "\t".join(map(copied, values)) + "\n"


def other_columns(model: type[models.Model], columns: Sequence[str]) -> tuple[list[str], str]:
    """The columns of the model that are not drawn, and the text of their defaults behind each row."""
    drawn = {*columns, *(field.column for field in model._meta.concrete_fields if has_own_value(field))}
    others = [field for field in model._meta.concrete_fields if field.column not in drawn]
    return [str(field.column) for field in others], "".join(f"\t{field.get_default()}" for field in others)


def has_own_value(field: models.Field[Any, Any]) -> bool:
    """Whether the database fills the field, or leaves it empty."""
    return field.generated or field.null or field.has_db_default() or isinstance(field, models.AutoField)
