"""Writes clinic_client/models.py from the OpenAPI document: a TypedDict for each object, so that a type checker knows
what comes and what may be sent, and nothing has to be installed.

    python generate.py openapi.json clinic_client/models.py
"""

import json
import keyword
import sys
from pathlib import Path
from typing import Any

Schema = dict[str, Any]
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
HEAD = '''"""What the API takes and gives. Made by generate.py from the OpenAPI document; do not change it here."""

from typing import Any, Literal, NotRequired, TypedDict
'''


def type_of(schema: Schema) -> str:
    """A schema as a type."""
    if "$ref" in schema:
        return f'"{schema["$ref"].rpartition("/")[2]}"'
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
    for name in ("anyOf", "oneOf", "allOf"):
        if name in schema:
            return joined([type_of(each) for each in schema[name]])
    types = schema.get("type", "any")
    return joined([_plain(schema, each) for each in (types if isinstance(types, list) else [types])])


def joined(types: list[str]) -> str:
    """A union, each of it once; quotes around all of it, since a name in quotes joins nothing."""
    found = list(dict.fromkeys(part for each in types for part in _parts(each)))
    if "Any" in found:
        return "Any"
    text = " | ".join(found)
    return f'"{text.replace(chr(34), "")}"' if len(found) > 1 and '"' in text else text


def _parts(text: str) -> list[str]:
    return text.strip('"').split(" | ") if text.startswith('"') and " | " in text else [text]


def _plain(schema: Schema, name: str) -> str:
    if name == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    if name == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {type_of(values)}]" if isinstance(values, dict) else "dict[str, Any]"
    return PLAIN.get(name, "Any")


def class_of(name: str, schema: Schema) -> str:
    """An object as a TypedDict; by a call, since names may begin with two underscores or be words of Python."""
    required = schema.get("required", [])
    lines = [
        f"        {json.dumps(field)}: {type_of(inner) if field in required else f'NotRequired[{type_of(inner)}]'},"
        for field, inner in schema["properties"].items()
    ]
    return f"{name} = TypedDict(\n    {json.dumps(name)},\n    {{\n" + "\n".join(lines) + "\n    },\n)\n"


def written(document: Schema) -> str:
    parts = [HEAD]
    for name, schema in sorted(document["components"]["schemas"].items()):
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ValueError(f"{name} is no name for a type")
        parts.append(class_of(name, schema) if "properties" in schema else f"type {name} = {type_of(schema)}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(written(json.loads(Path(sys.argv[1]).read_text())), encoding="utf-8")
