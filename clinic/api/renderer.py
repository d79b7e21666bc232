"""The one Renderer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from clinic.ui.envelope import envelope


@dataclass(frozen=True)
class Rows:
    """One page of a list, and where it lies in the whole."""

    results: Sequence[Any]
    pagination: dict[str, Any]


@dataclass(frozen=True)
class Warned:
    """What was done, and what whoever asked should know of it: objects with a code, and a sentence for people."""

    results: Any
    message: str
    warnings: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Refusal:
    """Why nothing was done: a sentence for people; `error` has code, fields and what the code adds."""

    message: str
    error: dict[str, Any]


class Renderer(BaseRenderer):
    """Puts everything that the API answers into the envelope, as compact UTF-8."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        request = (renderer_context or {})["request"]._request
        if isinstance(data, Refusal):
            body = envelope(request, message=data.message, error=data.error)
        elif isinstance(data, Warned):
            body = envelope(request, results=data.results, message=data.message, warnings=data.warnings)
        elif isinstance(data, Rows):
            body = envelope(request, results=data.results, pagination=data.pagination)
        else:
            body = envelope(request, results=data)
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


class OneRenderer(BaseContentNegotiation):
    """Whatever the caller accepts, the answer is JSON, and the body is read as what it says it is."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type
