"""Bodies that are not the record's own: what an acknowledgement, a cancellation or a new link says."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from clinic.api.parser import json_object

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")  # reading for the CSRF token takes their body


def sent_body(view: GenericAPIView[Any]) -> dict[str, Any]:
    """The clean fields of the body of this action; raises ValidationError."""
    serializer = view.bodies[view.action](data=json_object(view.request), context=view.get_serializer_context())  # type: ignore[attr-defined]
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = serializer.validated_data
    return fields


def refuse_body(request: Request) -> None:
    """Raise a ValidationError that names each field which was sent to what takes none: it would change nothing."""
    http = request._request
    is_sent = bool(http.POST or http.FILES if http.content_type in FORMS else request.body)
    if is_sent and (sent := json_object(request)):
        raise ValidationError({name: ["There is no such field."] for name in sent})
