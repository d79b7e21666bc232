"""The OpenAPI document: what drf-spectacular finds in the views, in our envelope and with our errors."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework.permissions import SAFE_METHODS

from clinic.api.documentation.examples import EXAMPLES
from clinic.api.documentation.headers import KEY
from clinic.api.documentation.refusals import REFUSALS
from clinic.api.objects.fields import NUMBER
from clinic.instruments.items.answers import LONGEST_TEXT
from clinic.instruments.items.parsing import MOST_ITEMS, MOST_OPTIONS
from clinic.lists.reading.listing import CAP

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
LINK: Schema = {"type": ["string", "null"], "format": "uri"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Schema, *, optional: tuple[str, ...] = (), **more: Any) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, **more}


def _meta(*, success: bool, paged: bool = False) -> Schema:
    properties = {
        "success": {"type": "boolean", "const": success},
        "message": {**TEXT, "description": "A sentence for people; may be empty."},
        "request": _ref("RequestEcho"),
    }
    return _object(properties | ({"pagination": _ref("Pagination")} if paged else {}))


ENVELOPE: Schema = {
    "RequestEcho": _object(
        {
            "method": TEXT,
            "path": TEXT,
            "params": {
                "type": "object",
                "additionalProperties": {"anyOf": [TEXT, {"type": "array", "items": TEXT}]},
            },
        },
        description="The request as it was understood.",
    ),
    "Pagination": _object(
        {
            "count": {
                "type": ["integer", "null"],
                "minimum": 0,
                "description": f"How many there are in all. Null, but with `count=exact`, above {CAP}, and where a "
                "search of very many records filled the page with what it looks at first.",
            },
            "count_at_least": {
                "type": "integer",
                "description": "Only where `count` is null: so many there are, and maybe more.",
            },
            "next": LINK,
            "previous": LINK,
        },
        optional=("count_at_least",),
        description="How many there are in all, and the pages beside this one.",
    ),
    "Record": {
        "oneOf": [_ref("Patient"), _ref("Assessment")],
        "discriminator": {
            "propertyName": "__typename",
            "mapping": {name: f"#/components/schemas/{name}" for name in ("Patient", "Assessment")},
        },
    },
    "Error": _object(
        {
            "__typename": {**TEXT, "const": "Error"},
            "code": {**TEXT, "description": "Stable; for programs."},
            "fields": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": TEXT},
                "description": "The fields or parameters at fault. A name with points leads into a list.",
            },
            "current": {**_ref("Record"), "description": "With `conflict`: the record as it is now."},
            "existing": {
                **TEXT,
                "format": "uuid",
                "description": "With `name_taken` and `id_taken`: the id of the record that has the name or the id.",
            },
            "request_id": {**TEXT, "description": "From 500 on: the number to tell whoever looks after this clinic."},
        },
        optional=("current", "existing", "request_id"),
    ),
    "Failure": _object(
        {"meta": _meta(success=False), "results": {"type": "null"}, "error": _ref("Error")},
        description="Whatever was refused, and why.",
    ),
}
# By action: the status of success, what the operation is called, and what comes back.
ACTIONS = {
    "list": ("200", "List {}s", "One page of {}s."),
    "create": ("201", "Add a new {}", "The {} as it was saved."),
    "retrieve": ("200", "Read one {}", "The {}."),
    "update": ("200", "Replace one {}", "The {} as it is now."),
    "partial_update": ("200", "Change one {}", "The {} as it is now."),
    "destroy": ("204", "Archive one {}", "The {} is archived."),
}


def _json(schema: Schema, description: str) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


class EnvelopeSchema(AutoSchema):
    """One operation: success in the envelope, every refusal as a Failure."""

    view: Any

    @property
    def _typename(self) -> str:
        return str(self.view.serializer_class.typename)

    def get_filter_backends(self) -> list[Any]:
        return list(self.view.filter_backends)

    def get_summary(self) -> str:
        return ACTIONS[self.view.action][1].format(self._typename.lower())

    def get_description(self) -> str:  # type: ignore[override]
        return " ".join((getattr(self.view, self.view.action).__doc__ or self.view.__doc__).split())

    def get_override_parameters(self) -> list[Any]:
        return [] if self.method in SAFE_METHODS else [KEY]

    def get_tags(self) -> list[str]:
        return [f"{self._typename}s"]

    def _get_request_body(self, direction: Any = "request") -> Schema | None:
        body: Schema | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        return {**body, "required": True} if body else None

    def _get_response_bodies(self, direction: Any = "response") -> Schema:
        status, _, description = ACTIONS[self.view.action]
        description = description.format(self._typename.lower())
        wrapped = self._wrapped(self.resolve_serializer(self.view.get_serializer(), direction).ref)
        answers = {status: _json(wrapped, description) if wrapped else {"description": description}}
        refused = ["400", "401", "403"]
        if self.view.detail or self.view.action == "list":
            refused.append("404")
        if self.method not in SAFE_METHODS:
            refused.append("409")
        if self.method in ("POST", "PUT", "PATCH"):
            refused += ["413", "415"]
        refused.append("429")
        return answers | {code: _json(_ref("Failure"), REFUSALS[code]) for code in refused}

    def _wrapped(self, item: Schema) -> Schema | None:
        """The component that holds `item` in the envelope; None where there is no body."""
        for name, schema in ENVELOPE.items():
            self._register(name, schema)
        if self.view.action == "destroy":
            return None
        paged = self.view.action == "list"
        results = {"type": "array", "items": item} if paged else item
        name = f"{self._typename}{'List' if paged else 'Answer'}"
        self._register(name, _object({"meta": _meta(success=True, paged=paged), "results": results}))
        return _ref(name)

    def _register(self, name: str, schema: Schema) -> None:
        kind = ResolvedComponent.SCHEMA
        component = ResolvedComponent(name, kind, schema, object=name)  # type: ignore[no-untyped-call]
        self.registry.register_on_missing(component)


class ResolvedScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The two ways in."""

    target_class = "clinic.api.authentication.ResolvedAuthentication"
    name = ["session", "oauth2"]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        scope = "read" if auto_schema.method in SAFE_METHODS else "write"
        return [{"session": []}, {"oauth2": [scope]}]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[Schema]:
        session = {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A person signed in. Unsafe methods need the session's CSRF token as X-CSRFToken, "
            "and, of somebody of several clinics, the id of the clinic that is meant as X-Clinic.",
        }
        flow = {"tokenUrl": "/o/token/", "scopes": settings.OAUTH2_PROVIDER["SCOPES"]}
        client = {
            "type": "oauth2",
            "description": "A program, bound to one clinic. Its token decides which.",
            "flows": {"clientCredentials": flow},
        }
        return [session, client]


class TypenameExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "clinic.api.objects.fields.TypenameField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        return {**TEXT, "const": self.target.typename, "readOnly": True}


class ScoreExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "clinic.api.objects.fields.ScoreField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        number = {"type": "number", "minimum": -999999.99, "maximum": 999999.99}
        if direction == "response":
            return number
        return {"anyOf": [number | {"type": ["number", "null"]}, {**TEXT, "pattern": f"^{NUMBER.pattern}$"}]}


class NumberExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "clinic.api.objects.fields.NumberField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        return {"type": "number", "readOnly": True}


class ReasonExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "clinic.api.objects.episodes.ReasonField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        return {"anyOf": [{**TEXT, "enum": list(self.target.choices)}, {"type": "null"}], "readOnly": True}


class RangeExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "clinic.api.objects.fields.RangeField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        pair = {"items": {"type": "number"}, "minItems": 2, "maxItems": 2, "readOnly": True}
        return {"type": "array", **pair}


OPTION: Schema = {"type": ["number", "string"]}
ANSWER = [
    {"type": ["number", "boolean"]},
    {"type": "string", "maxLength": LONGEST_TEXT},
    {"type": "array", "items": OPTION, "maxItems": MOST_OPTIONS},
]


class AnswersExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "clinic.api.objects.fields.AnswersField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        return {
            "type": "object",
            "additionalProperties": {"anyOf": [*ANSWER, {"type": "null"}]},
            "maxProperties": MOST_ITEMS,
        }


class AnswerExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "clinic.api.objects.fields.AnswerField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Schema:
        return {"anyOf": ANSWER}


def close_objects(result: Schema, generator: Any, **kwargs: Any) -> Schema:
    """Answers always have all of their fields; bodies no others, but may repeat what cannot be written."""
    schemas = result["components"]["schemas"]
    for name in EXAMPLES:
        answer = schemas[name]
        answer["required"] = list(answer["properties"])
        answer["properties"]["__typename"].pop("title", None)
        for field, value in EXAMPLES[name].items():
            answer["properties"][field]["examples"] = [value]
        for body in (f"{name}Request", f"Patched{name}Request"):
            if body in schemas:
                _close(name, schemas[body], answer["properties"])
    return result


def _close(name: str, body: Schema, answered: Schema) -> None:
    for field, schema in answered.items():
        if field in body["properties"]:
            if "examples" not in schema:
                raise ImproperlyConfigured(
                    f"{name}.{field} has no example: add one to EXAMPLES in clinic/api/documentation/examples.py."
                )
            body["properties"][field]["examples"] = schema["examples"]
        else:
            body["properties"][field] = {"description": "May be sent back; ignored."}
    body["additionalProperties"] = False
