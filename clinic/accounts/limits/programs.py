"""How often a program may ask."""

from django.http import HttpResponse, HttpResponseBase

from clinic.access import Request
from clinic.accounts.limits.counters import TooMany
from clinic.accounts.limits.declared import requests_of_a_client
from clinic.accounts.limits.tries import count_each
from clinic.ui import errors


def throttled(request: Request) -> HttpResponse | None:
    """The refusal of a program that asks more often than the server has it; None for anybody else.

    How much is left is put on the request, for `say_limits`.
    """
    if request.client is None:
        return None
    limit = requests_of_a_client()
    try:
        [counted] = count_each(request, (limit, str(request.client.pk)))
    except TooMany as refusal:
        message = f"This program asks too often. Nothing was saved; ask again in {refusal.seconds} seconds."
        response = errors.answer(request, 429, "throttled", message)
        response["Retry-After"] = str(refusal.seconds)
        request.rate_limit = limit.most, 0, refusal.seconds
        return response
    request.rate_limit = limit.most, max(0, limit.most - counted.count), counted.seconds
    return None


def say_limits(request: Request, response: HttpResponseBase) -> None:
    """Tell a program what it may ask and what is left of it: `RateLimit: "api";r=599;t=42`, in seconds."""
    if request.rate_limit is not None:
        most, left, seconds = request.rate_limit
        window = int(requests_of_a_client().window.total_seconds())
        response["RateLimit-Policy"] = f'"api";q={most};w={window}'
        response["RateLimit"] = f'"api";r={left};t={seconds}'
