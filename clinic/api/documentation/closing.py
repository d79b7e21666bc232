"""The finished document: objects are closed, and null is one of several types."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from clinic.api.documentation.bodies import BODIES
from clinic.api.documentation.examples import EXAMPLES
from clinic.api.documentation.oauth import add_oauth
from clinic.api.documentation.reading import INCLUDED, say_parts
from clinic.api.documentation.shapes import Schema, ref, union_of
from clinic.api.writing.read_only import MOVING

NO_NAMES = (
    "Error",
)  # which languages have already: a generator calls it otherwise, and then does not find it in a union
NULL: Schema = {"type": "null"}
EMPTY: Schema = {"type": "string", "maxLength": 0}
# A new assessment without an instrument says its type; with one, the instrument does.
TYPE_OF_FREE: Schema = {
    "if": {"required": ["instrument"], "properties": {"instrument": {"type": "string"}}},
    "else": {"required": ["type"]},
}


def close_objects(result: Schema, generator: Any, **kwargs: Any) -> Schema:
    """Answers always have all of their fields; bodies no others, but may repeat what cannot be written."""
    schemas = result["components"]["schemas"]
    for name in ("name", "questions", "answers"):
        shown = schemas["Assessment"]["properties"][name]
        shown["type"] = _with_null(shown["type"])
    _say_null_by_type(schemas, schemas)
    _say_that_text_may_be_empty(schemas)
    for name in EXAMPLES:
        answer = schemas[name]
        answer["required"] = list(answer["properties"])
        answer["properties"]["__typename"].pop("title", None)
        for field, value in EXAMPLES[name].items():
            answer["properties"][field]["examples"] = [value]
        for body in (f"{name}Request", f"Patched{name}Request"):
            if body in schemas:
                _close(name, schemas[body], answer["properties"])
    for name in _read_by_themselves(result["paths"]):
        say_parts(schemas, name)
    schemas["AssessmentRequest"] |= TYPE_OF_FREE
    schemas["Included"] = INCLUDED
    schemas["Assessment"]["properties"]["included"] = ref("Included")
    for name, sent in BODIES.items():
        body = schemas[f"{name}Request"]
        body["additionalProperties"] = False
        for field, value in sent.items():
            body["properties"][field]["examples"] = [value]
    named = [name for name, schema in schemas.items() if _typename(schema) == name]
    schemas["Anything"] = union_of(name for name in named if name not in NO_NAMES)
    add_oauth(result)
    return result


def _typename(schema: Schema) -> Any:
    return schema.get("properties", {}).get("__typename", {}).get("const")


def _read_by_themselves(paths: Schema) -> list[str]:
    """The objects that operations answer with `fields`: what they are called is what their envelope holds."""
    reads = [methods["get"] for methods in paths.values() if "get" in methods]
    content = [operation["responses"]["200"]["content"].get("application/json") for operation in reads]
    found = [each["schema"]["$ref"].rpartition("/")[2] for each in content if each is not None]
    return sorted({name.removesuffix("List").removesuffix("Answer") for name in found})


def _say_null_by_type(part: Any, schemas: Schema) -> None:
    """Whatever may be null says so in its list of types: generators of clients know no type that is null alone."""
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _say_null_by_type(inner, schemas)
    for key in ("anyOf", "oneOf"):
        if not isinstance(part, dict) or NULL not in part.get(key, ()):
            continue
        others = [each for each in part.pop(key) if each != NULL]
        if len(others) > 1:
            part[key] = [{**others[0], "type": _with_null(others[0]["type"])}, *others[1:]]
            continue
        [only] = others
        named = schemas[only["$ref"].rpartition("/")[2]] if "$ref" in only else only  # named: null wherever it stands
        named["type"] = _with_null(named["type"])
        if "enum" in named:
            named["enum"] = [*named["enum"], None]
        part.update({**only, **part})


def _say_that_text_may_be_empty(part: Any) -> None:
    """A text of a format, or none, is any of the two: a format forbids nothing, so both take the empty text."""
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _say_that_text_may_be_empty(inner)
    if isinstance(part, dict) and EMPTY in part.get("oneOf", ()):
        part["anyOf"] = part.pop("oneOf")


def _with_null(types: Any) -> list[str]:
    listed = types if isinstance(types, list) else [types]
    return [*(each for each in listed if each != "null"), "null"]


def _close(name: str, body: Schema, answered: Schema) -> None:
    for field, schema in answered.items():
        if field in body["properties"]:
            if "examples" not in schema:
                raise ImproperlyConfigured(
                    f"{name}.{field} has no example: add one to EXAMPLES in clinic/api/documentation/examples.py."
                )
            body["properties"][field]["examples"] = schema["examples"]
        elif field in MOVING:
            body["properties"][field] = {"description": "May be sent back; what it says is not read."}
        else:
            body["properties"][field] = {**schema, "readOnly": True}
    body["additionalProperties"] = False
