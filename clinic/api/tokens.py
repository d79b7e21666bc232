"""The token endpoint: OAuth 2.0 client credentials (RFC 6749, section 4.4) and no other grant."""

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from clinic.access import public

UNREADABLE = (BadRequest, MultiPartParserError, SuspiciousOperation, UnreadablePostError)


def refused(error: str, description: str, status: int = 400) -> HttpResponse:
    """An error as section 5.2 has it."""
    response = JsonResponse({"error": error, "error_description": description}, status=status)
    response["Cache-Control"], response["Pragma"] = "no-store", "no-cache"
    return response


@public
@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """Gives a client a token for an hour; refusals have OAuth's own shape, not the envelope."""
    if request.method != "POST":
        response = refused("invalid_request", "Tokens are asked for by POST.", 405)
        response["Allow"] = "POST"
        return response
    return unusable(request) or given(request)


def unusable(request: HttpRequest) -> HttpResponse | None:
    """The refusal of what the package would answer otherwise, or would not refuse."""
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
    return None


def given(request: HttpRequest) -> HttpResponse:
    # With these views come requests, urllib3 and cryptography, more than 10 MB, for what a client asks once an hour.
    from oauth2_provider.views import TokenView

    answer: HttpResponse = TokenView.as_view()(request)
    return answer
