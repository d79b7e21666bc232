"""The OpenAPI document as served, and the page for people that is made from it."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import public

TITLE = "The JSON API"
INTRO = """\
Everything that the pages about patients and assessments do, for programs. Every answer, also an error, has \
the one envelope below, and every object says what it is by __typename. GET /api/v1/ lists where to begin.

A program is an API client of one clinic: an owner registers it under Clinic settings, Programs, or whoever looks \
after the server with manage.py create_api_client CLINIC NAME, with --write if it may change anything. It asks \
POST /o/token/ for a token with its id and secret (OAuth 2.0 client credentials, as HTTP Basic) and sends that as \
Authorization: Bearer. A token lasts an hour, opens /api/ and nothing else, and is given back by \
POST /o/revoke_token/ (RFC 7009). Whoever asks too often gets 429, and Retry-After in seconds.

A page of this site uses the session of whoever is signed in, and adds X-CSRFToken to what it changes.

Days are those of the clinic's time zone, which its owner sets: no assessment is dated after its today. Moments are \
RFC 3339 with the clinic's offset at that moment, Z where that is none.

Nothing is ever deleted: DELETE archives. Unknown fields, filters and parameters are refused rather than \
ignored. The OpenAPI document of all this is at /api/v1/schema/."""


@dataclass(frozen=True)
class Parameter:
    name: str
    where: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True)
class Answer:
    status: str
    description: str
    example: str


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Parameter] = field(default_factory=list)
    request_example: str = ""
    responses: list[Answer] = field(default_factory=list)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document; the same for everybody, made once a process."""
    from drf_spectacular.generators import SchemaGenerator  # with much that no other answer needs

    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


@public
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document of all this, for programs."""
    return JsonResponse(document())


@public
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same as a page for people."""
    return render(request, "api/docs.html", {"title": TITLE, "intro": INTRO, "groups": groups()})


@cache
def groups() -> list[tuple[str, list[Operation]]]:
    """The operations by tag, in the document's order."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    return list(found.items())


def _operation(method: str, path: str, found: dict[str, Any]) -> Operation:
    body = found.get("requestBody", {"content": {}})["content"]
    return Operation(
        method=method,
        path=path,
        summary=found["summary"],
        description=found["description"],
        parameters=[_parameter(parameter) for parameter in found.get("parameters", [])],
        request_example=_example_text(body, writing=True),
        responses=[_answer(status, answer) for status, answer in found["responses"].items()],
    )


def _answer(status: str, found: dict[str, Any]) -> Answer:
    """One response; the refusals share their shape, and only what succeeds is shown by example."""
    shown = _example_text(found.get("content", {})) if status < "300" else ""
    return Answer(status, found["description"], shown)


def _parameter(found: dict[str, Any]) -> Parameter:
    schema = found["schema"]
    kind = schema.get("format") or schema["type"]
    choices = schema.get("enum") or schema.get("items", {}).get("enum")
    return Parameter(
        name=found["name"],
        where=found["in"],
        type=f"{kind}: {', '.join(choices)}" if choices else kind,
        required=found.get("required", False),
        description=found.get("description", ""),
    )


def _example_text(content: dict[str, Any], *, writing: bool = False) -> str:
    if "application/json" not in content:
        return ""
    made = example(content["application/json"]["schema"], writing=writing)
    return json.dumps(made, indent=2, ensure_ascii=False)


def example(schema: dict[str, Any], *, writing: bool = False) -> Any:
    """A value of `schema`, from the examples and constants in it; with `writing` only what can be written."""
    if "const" in schema:
        return schema["const"]
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return example(document()["components"]["schemas"][name], writing=writing)
    if "properties" in schema:
        always = () if writing else schema.get("required", schema["properties"])
        shown = {name: inner for name, inner in schema["properties"].items() if name in always or "examples" in inner}
        return {name: example(inner, writing=writing) for name, inner in shown.items()}
    if "anyOf" in schema:
        return example(schema["anyOf"][0], writing=writing)
    if schema["type"] == "array":
        return [example(schema["items"], writing=writing)]
    return {"object": {}, "integer": 1, "string": "", "boolean": True}.get(str(schema["type"]))
