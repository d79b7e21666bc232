"""The OpenAPI document: what drf-spectacular finds in the views, in our envelope and with our errors."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework.permissions import SAFE_METHODS

from clinic.access import SCOPE_PERMISSIONS
from clinic.api.documentation.components import ENVELOPE, meta_of
from clinic.api.documentation.headers import (
    ETAG,
    IF_MATCH,
    IF_NONE_MATCH,
    KEY,
    LIMITS,
    LINK,
    LOCATION,
    OF_ARCHIVE,
    OF_REFUSALS,
    REQUEST_ID,
)
from clinic.api.documentation.operations import ACTIONS, BODILESS, CHANGES
from clinic.api.documentation.reading import reading_parameters
from clinic.api.documentation.refusals import REFUSALS
from clinic.api.documentation.shapes import ARCHIVE, TEXT, Schema, object_of, ref
from clinic.api.objects.fields import NUMBER
from clinic.api.objects.texts import SOME_SIGN
from clinic.api.permissions import needed
from clinic.api.writing.many import MOST
from clinic.instruments.items.answers import LONGEST_TEXT
from clinic.instruments.items.parsing import MOST_ITEMS, MOST_OPTIONS
from clinic.instruments.reading import LARGEST


def _json(schema: Schema, description: str) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _described(field: Any) -> Schema:
    """What a field takes besides its type and length."""
    said: Schema = getattr(field, "described", {})
    return {} if said is SOME_SIGN and field.allow_blank else said


class EnvelopeSchema(AutoSchema):
    """One operation: success in the envelope, every refusal as a Failure."""

    view: Any

    @property
    def _typename(self) -> str:
        return str(self.view.serializer_class.typename)

    def get_filter_backends(self) -> list[Any]:
        return list(self.view.filter_backends)

    def get_operation_id(self) -> str:
        found = str(super().get_operation_id())
        if named := getattr(self.view, "operation", ""):
            return str(named)
        return found if self.view.action == "create" else found.removesuffix("_create")

    def get_request_serializer(self) -> Any:
        """What is sent: the record, a body of this action's own, or nothing."""
        if self.view.action in BODILESS:
            return None
        body = getattr(self.view, "bodies", {}).get(self.view.action)
        return body() if body is not None else super().get_request_serializer()

    def get_summary(self) -> str:
        return ACTIONS[self.view.action][1].format(self._typename.lower())

    def get_description(self) -> str:  # type: ignore[override]
        return " ".join((getattr(self.view, self.view.action).__doc__ or self.view.__doc__).split())

    def get_override_parameters(self) -> list[Any]:
        if self.method in SAFE_METHODS:
            if self.view.action == "file":
                return []
            return [*([IF_NONE_MATCH] if self._has_tag and self.view.detail else []), *reading_parameters(self.view)]
        return [KEY, IF_MATCH] if self._takes_conditions else [KEY]

    @property
    def _takes_conditions(self) -> bool:
        return self._has_tag and self.view.action in CHANGES

    @property
    def _has_tag(self) -> bool:
        """Whether it is about a record with a version, one at a time."""
        return getattr(self.view, "has_versions", False) and self.view.action != "list"

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "tag", f"{self._typename}s")]

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        found: Schema | None = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        return found | _described(field) if found and direction == "request" else found

    def _get_request_body(self, direction: Any = "request") -> Schema | None:
        body: Schema | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        if body and self.view.action == "bulk":
            body = {"content": {"application/json": {"schema": self._rows_of(body)}}}
        return {**body, "required": True} if body else None

    def _rows_of(self, body: Schema) -> Schema:
        """Many of what makes one, or changes one."""
        made = body["content"]["application/json"]["schema"]
        changed = self.resolve_serializer(self.view.serializer_class(partial=True), "request").ref
        change = {"allOf": [changed, {"type": "object", "required": ["id"]}]}
        rows = {"type": "array", "items": {"anyOf": [made, change]}, "minItems": 1, "maxItems": MOST}
        said = {
            "type": "boolean",
            "default": False,
            "description": "Whether one refused row keeps all from being saved.",
        }
        closed = {"additionalProperties": False}
        return object_of({"rows": rows, "all_or_nothing": said}, optional=("all_or_nothing",), **closed)

    def _get_response_bodies(self, direction: Any = "response") -> Schema:
        status, _, description = ACTIONS[self.view.action]
        description = description.format(self._typename.lower())
        answers: Schema = {status: self._success(description, direction)}
        answers[status]["headers"] = self._headers()
        if self._has_tag and self.method in SAFE_METHODS:
            answers["304"] = {"description": "The record is as it was read.", "headers": ETAG}
        refused = ["400", "401", "403"]
        if self.view.detail or self.view.action == "list":
            refused.append("404")
        if self.method not in SAFE_METHODS:
            refused.append("409")
            refused += ["412"] if self._takes_conditions else []
        elif self.view.detail and self._typename == "Patient":
            refused.append("301")
        if self.method in ("POST", "PUT", "PATCH"):
            refused += ["413", "415"]
        refused.append("429")
        for code in refused:
            answers[code] = _json(ref("Failure"), REFUSALS[code]) | {"headers": OF_REFUSALS.get(code, {})}
        for code, answer in answers.items():
            answer["headers"] = answer["headers"] | REQUEST_ID | (LIMITS if code != "401" else {})
        return answers

    def _success(self, description: str, direction: Any) -> Schema:
        """What comes back: the object in the envelope, an archive, or nothing."""
        wrapped = self._wrapped(self.resolve_serializer(self.view.get_serializer(), direction).ref)
        if self.view.action == "file":
            return {"description": description, "content": {"application/zip": {"schema": ARCHIVE}}}
        return _json(wrapped, description) if wrapped else {"description": description}

    def _headers(self) -> Schema:
        """What comes with success."""
        if self.view.action in ("list", "file"):
            return LINK if self.view.action == "list" else OF_ARCHIVE
        tag = ETAG if self._has_tag and self.view.action != "destroy" else {}
        return {**tag, **(LOCATION if self.view.action in ("create", "renew") else {})}

    def _wrapped(self, item: Schema) -> Schema | None:
        """The component that holds `item` in the envelope; None where there is no body."""
        for name, schema in ENVELOPE.items():
            self._register(name, schema)
        if self.view.action == "destroy":
            return None
        paged = self.view.action == "list"
        many = paged or self.view.action in ("match", "bulk")
        item, of = (ref("BulkRow"), "BulkRow") if self.view.action == "bulk" else (item, self._typename)
        results = {"type": "array", "items": item} if many else item
        name = f"{of}{'List' if many else 'Answer'}"
        self._register(name, object_of({"meta": meta_of(success=True, paged=paged), "results": results}))
        return ref(name)

    def _register(self, name: str, schema: Schema) -> None:
        kind = ResolvedComponent.SCHEMA
        component = ResolvedComponent(name, kind, schema, object=name)  # type: ignore[no-untyped-call]
        self.registry.register_on_missing(component)


class ResolvedScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The two ways in."""

    target_class = "clinic.api.authentication.ResolvedAuthentication"
    name = ["session", "oauth2"]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        view: Any = auto_schema.view
        takes = needed(view, auto_schema.method) - {None}
        allow = [scope for scope, allowed in SCOPE_PERMISSIONS.items() if takes <= allowed]
        return [{"session": []}, *({"oauth2": [scope]} for scope in allow)]

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


LIMITS_OF_NUMBERS = {"minimum": -int(LARGEST), "maximum": int(LARGEST)}
OPTION: Schema = {"type": ["number", "string"], **LIMITS_OF_NUMBERS}
ANSWER = [
    {"type": ["number", "boolean"], **LIMITS_OF_NUMBERS},
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
