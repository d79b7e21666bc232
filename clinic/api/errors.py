"""Whatever goes wrong in a view of the API, in the one shape."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from clinic.api.authentication import CsrfRefused
from clinic.api.renderer import Refusal
from clinic.api.writing.conditions import ON_CHANGES
from clinic.assessments.alerts.actions import NoteMissing, Worsened
from clinic.assessments.record import actions as assessments
from clinic.assessments.record import refusals
from clinic.assessments.selfreport.actions import NotByPatient, RequestEnded
from clinic.patients import actions as patients
from clinic.postgres.outages import is_overtaken
from clinic.text.faults import Fault
from clinic.ui.errors import OVERTAKEN_MESSAGE
from clinic.webhooks import actions as webhooks

log = structlog.get_logger("clinic.error")
INVALID = "What was sent cannot be accepted. Nothing was saved."
NOT_FOUND = "What was here belongs to another clinic, is archived or no longer exists."
FORBIDDEN = "Your role in this clinic does not include this."
TOO_BIG = "A request may hold one megabyte at most. Nothing was saved."
# The stable codes of what DRF raises; anything else that it refuses is `invalid`.
CODES: dict[type[exceptions.APIException], str] = {
    CsrfRefused: "csrf",
    exceptions.NotAuthenticated: "unauthenticated",
    exceptions.AuthenticationFailed: "unauthenticated",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "throttled",
}
# The field at fault when an assessment is refused.
REFUSED_FIELDS: dict[type[Exception], str] = {
    refusals.AskedNoMore: "patient",
    refusals.NotForPatient: "instrument",
    refusals.NothingAnswered: "answers",
    refusals.ReasonMissing: "reason",
    refusals.ScoreDiffers: "score",
    assessments.FollowsInstrument: "patient",
    NotByPatient: "instrument",
    NoteMissing: "note",
}


class AcknowledgedBefore(Exception):
    """Somebody else closed the alert, with a note of their own."""


# What came too late: its code, and a sentence where the refusal brings none.
TOO_LATE: dict[type[Exception], tuple[str, str]] = {
    refusals.NotOpen: ("not_open", ""),
    Worsened: ("conflict", "A worse answer came meanwhile: read the alert again. Nothing was saved."),
    AcknowledgedBefore: ("conflict", "Somebody acknowledged this meanwhile. Your note was not saved."),
    webhooks.IsOff: ("not_open", ""),
    webhooks.StillWaiting: ("conflict", ""),
    webhooks.TooMany: ("conflict", ""),
    RequestEnded: ("request_ended", "That link has ended meanwhile. Make a new one, with an id of its own."),
}


class IdTaken(Exception):
    """Another request made the record that has this id."""

    def __init__(self, id: UUID) -> None:
        super().__init__("Another record has this id. Nothing was saved.")
        self.id = id


def refuse(status: int, code: str, message: str, fields: Any = None, **more: Any) -> Response:
    return Response(Refusal(message, {"code": code, "fields": fields or {}, **more}), status=status)


def by_field(detail: Any, path: str = "") -> dict[str, list[exceptions.ErrorDetail]]:
    """DRF's nested errors as one level: `questions.2.answer` for the answer of the third question."""
    if not isinstance(detail, Mapping):
        return {path or "body": list(detail)}
    found: dict[str, list[exceptions.ErrorDetail]] = {}
    for name, inner in detail.items():
        step = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
        found |= by_field(inner, step)
    return found


def invalid(detail: Any) -> Response:
    """The answer to what cannot be accepted, with the faults that the document cannot say."""
    found = by_field(detail)
    messages = {name: [str(each) for each in details] for name, details in found.items()}
    codes = {name: [str(each.code) for each in details if each.code in Fault] for name, details in found.items()}
    return refuse(400, "invalid", INVALID, messages, **some_codes(codes))


def some_codes(codes: Mapping[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    """The codes of those fields that have any; nothing where none has."""
    known = {name: of_field for name, of_field in codes.items() if of_field}
    return {"codes": known} if known else {}


def _together(field: str, message: str) -> Response:
    """The answer to what an action refuses: it is right by itself, and not with what is recorded."""
    return invalid({field: [exceptions.ErrorDetail(message, Fault.TOGETHER)]})


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: the answer to `error`, or None for one that is a fault of ours."""
    if isinstance(error, exceptions.ValidationError):
        return invalid(error.detail)
    if isinstance(error, exceptions.APIException):
        return _refused_by_drf(error)
    if isinstance(error, Http404):
        return refuse(404, "not_found", NOT_FOUND)
    if isinstance(error, PermissionDenied):
        return refuse(403, "forbidden", str(error) or FORBIDDEN)
    if isinstance(error, RequestDataTooBig):
        return refuse(413, "too_large", TOO_BIG)
    if isinstance(error, UnreadablePostError):
        return refuse(400, "invalid", "The connection ended before the whole body had arrived.")
    if is_overtaken(error):
        log.warning("overtaken", exc_info=error)
        return refuse(409, "conflict", OVERTAKEN_MESSAGE)
    return _refused_by_action(error, context)


def _refused_by_drf(error: exceptions.APIException) -> Response:
    response = refuse(error.status_code, CODES.get(type(error), "invalid"), str(error.detail))
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    return response


def _refused_by_action(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, patients.Changed | assessments.Changed | webhooks.Changed):
        current = context["view"].get_serializer(error.current).data
        message = f"{error} Nothing was saved; how it is now is in error.current."
        if any(name in context["request"].headers for name in ON_CHANGES):
            return refuse(412, "precondition_failed", message, current=current)
        return refuse(409, "conflict", message, current=current)
    if isinstance(error, IdTaken):
        return refuse(409, "id_taken", str(error), {"id": [str(error)]}, existing=str(error.id))
    if isinstance(error, patients.NameTaken):
        fields = {"full_name": [str(error)]}
        existing = {"existing": str(error.existing.pk)} if error.existing is not None else {}
        return refuse(409, "name_taken", str(error), fields, **existing)
    if isinstance(error, assessments.NameTaken):
        fields = {"name": [f"{error} “{error.proposal}” is free."]}
        return refuse(409, "name_taken", str(error), fields, existing=str(error.existing.pk))
    if isinstance(error, refusals.ResponsesRefused):
        faults = [
            (f"answers.{each.item}", exceptions.ErrorDetail(each.message, Fault.TOGETHER)) for each in error.refusals
        ]
        return invalid({name: [detail] for name, detail in faults})
    if (field := REFUSED_FIELDS.get(type(error))) is not None:
        return _together(field, str(error))
    if (late := TOO_LATE.get(type(error))) is not None:
        return refuse(409, late[0], late[1] or str(error))
    if isinstance(error, patients.RecordNumberTaken):
        return _together("record_number", "Another patient has this record number.")
    return None
