"""Conditions of requests: ETag, If-None-Match and If-Match (RFC 9110, section 13).

A tag is the record's version and a digest of what is answered, `"7.5d41402a"`: a patient's latest results and the
practitioner's name are shown too, and change without a version of the patient's own. What is to be changed goes by the
version alone, since nothing else of it can be overwritten.
"""

import json
import re
from hashlib import sha256
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

TAG = re.compile(r'(?:W/)?"([^"]*)"')  # compression makes a tag weak
NO_MOMENTS = "Send If-Match with the ETag that you read: moments are too coarse to tell two changes apart."
ON_CHANGES = ("If-Match", "If-None-Match")  # what a change is asked for under


def tag_of(record: Any, data: dict[str, Any]) -> str:
    """The tag of a record as it is shown, whole or in part."""
    text = json.dumps(data, sort_keys=True, default=str)
    return f'"{record.version}.{sha256(text.encode()).hexdigest()[:12]}"'


def shown(request: Request, record: Any, data: dict[str, Any], *, status: int = 200, **headers: str) -> Response:
    """One record with its tag; 304 and nothing more for who has it."""
    tag = tag_of(record, data)
    asked = request.headers.get("If-None-Match", "") if request.method in ("GET", "HEAD") else ""
    if asked.strip() == "*" or tag.strip('"') in TAG.findall(asked):
        return Response(status=304, headers={"ETag": tag})
    return Response(data, status=status, headers={"ETag": tag, **headers})


def has_conditions(request: Request) -> bool:
    """Whether a change is asked for under a condition; raises ValidationError for one that we cannot keep."""
    if "If-Unmodified-Since" in request.headers:
        raise ValidationError({"If-Unmodified-Since": [NO_MOMENTS]})
    return any(name in request.headers for name in ON_CHANGES)


def may_change(request: Request, current: int) -> bool:
    """Whether the conditions allow to change a record that is there in its `current` version."""
    required, unwanted = (request.headers.get(name) for name in ON_CHANGES)
    return (required is None or _names(required, current)) and (unwanted is None or not _names(unwanted, current))


def _names(given: str, version: int) -> bool:
    """Whether the tags of a header, or its `*` for whatever is there, name the version."""
    return given.strip() == "*" or str(version) in [each.partition(".")[0] for each in TAG.findall(given)]
