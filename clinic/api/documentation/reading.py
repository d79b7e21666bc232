"""Parameters that say how something is read: every reading operation has `fields`, and some have `include`."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from clinic.api.documentation.shapes import TEXT, Schema, object_of, ref
from clinic.api.reading.chosen import ALWAYS, FIELDS, INCLUDE

FIELDS_HELP = "Only these fields, with commas between them; `__typename` and `id` always come with them."
INCLUDE_HELP = "What is brought into `included` of each object, with commas between them."
# What `include` adds to an object; left out where nothing was asked for.
INCLUDED: Schema = object_of(
    {"__typename": {**TEXT, "const": "Included"}, "patient": ref("Patient")},
    description="What `include` brought in; left out where it was not asked for.",
)


def reading_parameters(view: Any) -> list[Any]:
    shown = [name for name, field in view.get_serializer().fields.items() if not field.write_only]
    found = [_names(FIELDS, shown, FIELDS_HELP)]
    includes = getattr(view, "includes", {})
    return [*found, _names(INCLUDE, list(includes), INCLUDE_HELP)] if includes else found


def _names(name: str, known: list[str], description: str) -> OpenApiParameter:
    items = {**TEXT, "enum": known}
    schema = {"type": "array", "items": items, "minItems": 1}
    return OpenApiParameter(name, schema, style="form", explode=False, description=description)


def say_parts(schemas: Schema, name: str) -> None:
    """An object that may be read in part has always what it is known by."""
    schemas[name]["required"] = [field for field in ALWAYS if field in schemas[name]["properties"]]
