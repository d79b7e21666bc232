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
OTHERS = 0  # the version of what no tag names


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


def required_version(request: Request, current: int) -> int | None:
    """The version that If-Match requires; None where nothing is required.

    Of several it is the `current` one where that is among them.
    """
    if "If-Unmodified-Since" in request.headers:
        raise ValidationError({"If-Unmodified-Since": [NO_MOMENTS]})
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    versions = [each.partition(".")[0] for each in TAG.findall(given)]
    if str(current) in versions:
        return current
    return next((int(each) for each in versions if re.fullmatch(r"[1-9]\d{0,8}", each, re.ASCII)), OTHERS)
