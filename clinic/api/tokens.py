"""The token endpoints: OAuth 2.0 client credentials (RFC 6749, section 4.4) and revocation (RFC 7009)."""

import json

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from clinic.access import SCOPE_PERMISSIONS, public
from clinic.accounts.limits.counters import TooMany
from clinic.accounts.limits.declared import SECRETS
from clinic.accounts.limits.tries import Try, by_address, trying

# What the package refuses without a word.
DESCRIBED = {
    "invalid_client": "No program is let in with this id and secret.",
    "invalid_scope": "The program may not have all of these scopes: its page in the clinic's settings says which.",
}
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
    return unusable(request) or unusable_grant(request) or counted(request, "TokenView")


@public
@csrf_exempt
@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """Where tokens are asked for and how (RFC 8414), for programs that look it up."""
    issuer = request.build_absolute_uri("/").rstrip("/")
    ways = ["client_secret_basic", "client_secret_post"]
    return JsonResponse(
        {
            "issuer": issuer,
            "token_endpoint": f"{issuer}{reverse('token')}",
            "token_endpoint_auth_methods_supported": ways,
            "revocation_endpoint": f"{issuer}{reverse('revoke_token')}",
            "revocation_endpoint_auth_methods_supported": ways,
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "scopes_supported": list(SCOPE_PERMISSIONS),
            "service_documentation": f"{issuer}{reverse('api:docs')}",
        }
    )


@public
@csrf_exempt
def revoke_token(request: HttpRequest) -> HttpResponse:
    """Ends a token of the client that asks; one that is another's, or none, is answered the same."""
    refusal = unusable(request)
    if refusal is None and not request.POST.get("token"):
        refusal = refused("invalid_request", "Send the token as a form.")
    return refusal or counted(request, "RevokeTokenView")


def unusable(request: HttpRequest) -> HttpResponse | None:
    """The refusal of what the package would answer otherwise, or would not refuse."""
    if request.method != "POST":
        response = refused("invalid_request", "This is asked for by POST.", 405)
        response["Allow"] = "POST"
        return response
    try:
        request.POST  # noqa: B018  # parsed at the first look
    except RequestDataTooBig:
        return refused("invalid_request", "The request is too large.", 413)
    except UNREADABLE:
        return refused("invalid_request", "The form could not be read.")
    if request.META.get("QUERY_STRING"):
        return refused("invalid_request", "Parameters belong into the body.")
    return None


def unusable_grant(request: HttpRequest) -> HttpResponse | None:
    form = request.POST
    if "grant_type" not in form:
        return refused("invalid_request", "Send grant_type=client_credentials as a form.")
    if form["grant_type"] != "client_credentials":
        return refused("unsupported_grant_type", "Only client_credentials is offered.")
    if "resource" in form:
        return refused("invalid_target", "Tokens are not limited to a resource.")
    return None


def counted(request: HttpRequest, view: str) -> HttpResponse:
    """The package's answer; wrong secrets are counted by the address that they came from."""
    try:
        with trying(request, by_address(request, SECRETS)) as attempt:
            return _answer(request, view, attempt)
    except TooMany as refusal:
        again = f"This is asked too often, or with too many wrong secrets. Ask again in {refusal.seconds} seconds."
        response = refused("temporarily_unavailable", again, 429)
        response["Retry-After"] = str(refusal.seconds)
        return response


def _answer(request: HttpRequest, view: str, attempt: Try) -> HttpResponse:
    # With these views come requests, urllib3 and cryptography, more than 10 MB, for what a client asks once an hour.
    from oauth2_provider import views

    from clinic.api.programs.refusals import note_refused
    from clinic.api.programs.validator import credentials

    answer: HttpResponse = getattr(views, view).as_view()(request)
    attempt.wrong = answer.status_code == 401
    if attempt.wrong:
        form = request.POST
        note_refused(credentials(request.headers.get("Authorization", ""), form.get("client_id"), None)[0])
    return in_words(answer)


def in_words(answer: HttpResponse) -> HttpResponse:
    """The package's answer; what it refuses by a code alone is described."""
    said = json.loads(answer.content) if answer.status_code in (400, 401) and answer.content else {}
    if said.get("error") in DESCRIBED and not said.get("error_description"):
        answer.content = json.dumps({**said, "error_description": DESCRIBED[said["error"]]})
    return answer
