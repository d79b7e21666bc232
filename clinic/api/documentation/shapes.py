"""Pieces of schemas."""

from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]
ARCHIVE: Schema = {"type": "string", "format": "binary"}
TEXT: Schema = {"type": "string"}
LINK: Schema = {"type": ["string", "null"], "format": "uri"}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def object_of(properties: Schema, *, optional: tuple[str, ...] = (), **more: Any) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, **more}


def union_of(names: Iterable[str]) -> Schema:
    """One of several objects, told apart by their `__typename`."""
    mapping = {name: f"#/components/schemas/{name}" for name in names}
    return {
        "oneOf": [ref(name) for name in mapping],
        "discriminator": {"propertyName": "__typename", "mapping": mapping},
    }


WARNING = object_of(
    {
        "__typename": {**TEXT, "const": "Warning"},
        "code": {**TEXT, "const": "possible_duplicate", "description": "Stable; for programs."},
        "patient": {**TEXT, "format": "uuid", "description": "Who it may be."},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "grade": {**TEXT, "enum": ["certain", "probable"]},
        "reasons": {"type": "array", "items": TEXT},
    },
    description="It was done; somebody should look at it.",
)
