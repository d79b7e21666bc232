"""The token endpoint: OAuth 2.0 client credentials (RFC 6749, section 4.4) and no other grant."""

from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from oauth2_provider.views import TokenView as AnyGrantTokenView

from clinic.access import public

UNREADABLE = (BadRequest, MultiPartParserError, SuspiciousOperation, UnreadablePostError)


def refused(error: str, description: str, status: int = 400) -> HttpResponse:
    """An error as section 5.2 has it."""
    response = JsonResponse({"error": error, "error_description": description}, status=status)
    response["Cache-Control"], response["Pragma"] = "no-store", "no-cache"
    return response


class TokenView(AnyGrantTokenView):
    """Gives a client a token for an hour; refusals have OAuth's own shape, not the envelope."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            form = request.POST
        except RequestDataTooBig:
            return refused("invalid_request", "The request is too large.", 413)
        except UNREADABLE:
            return refused("invalid_request", "The form could not be read.")
        if request.META.get("QUERY_STRING"):
            return refused("invalid_request", "Parameters belong into the body.")
        if "grant_type" not in form:
            return refused("invalid_request", "Send grant_type=client_credentials as a form.")
        if form["grant_type"] != "client_credentials":
            return refused("unsupported_grant_type", "Only client_credentials is offered.")
        if "resource" in form:
            return refused("invalid_target", "Tokens are not limited to a resource.")
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = refused("invalid_request", "Tokens are asked for by POST.", 405)
        response["Allow"] = "POST"
        return response


token = public(TokenView.as_view())
