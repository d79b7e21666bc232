"""Reading JSON, and nothing that merely resembles it."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

DEEPEST = 16  # levels; ours has three


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"“{twice}” is given more than once.")
    return made


def _constant(name: str) -> Any:
    raise ParseError(f"{name} is not JSON.")


def _is_deep(value: Any) -> bool:
    """Whether `value` nests deeper than anything we read; does not recurse."""
    level = [value]
    for _ in range(DEEPEST):
        nested = [item for item in level if isinstance(item, dict | list)]
        level = [inner for item in nested for inner in (item.values() if isinstance(item, dict) else item)]
        if not level:
            return False
    return True


class Parser(JSONParser):
    """JSON as RFC 8259 has it, in UTF-8: no name twice in an object, no NaN; fractions become decimals."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            value = json.loads(
                stream.read().decode("utf-8"),
                parse_float=Decimal,
                parse_constant=_constant,
                object_pairs_hook=_object,
            )
        except (ValueError, ArithmeticError) as error:
            raise ParseError("The body is not JSON that can be read.") from error
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        if _is_deep(value):
            raise ParseError("The body is nested too deeply.")
        return value


def json_object(request: Request) -> dict[str, Any]:
    """The object in the body; raises UnsupportedMediaType and ParseError for anything else."""
    if request.content_type.partition(";")[0].strip().lower() != Parser.media_type:
        raise UnsupportedMediaType(request.content_type or "nothing", "Send the body as application/json.")
    if (coding := request.headers.get("Content-Encoding", "identity")).lower() != "identity":
        raise UnsupportedMediaType(coding, "Send the body as it is, without Content-Encoding: none is unpacked.")
    if not request.body or not isinstance(request.data, dict):
        raise ParseError("The body must be a JSON object.")
    return request.data
