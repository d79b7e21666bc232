"""How often a program may ask."""

from django.http import HttpResponse

from clinic.access import Request
from clinic.accounts.limits.counters import TooMany
from clinic.accounts.limits.declared import requests_of_a_client
from clinic.accounts.limits.tries import count_each
from clinic.ui import errors


def throttled(request: Request) -> HttpResponse | None:
    """The refusal of a program that asks more often than the server has it; None for anybody else."""
    if request.client is None:
        return None
    try:
        count_each(request, (requests_of_a_client(), str(request.client.pk)))
    except TooMany as refusal:
        message = f"This program asks too often. Nothing was saved; ask again in {refusal.seconds} seconds."
        response = errors.answer(request, 429, "throttled", message)
        response["Retry-After"] = str(refusal.seconds)
        return response
    return None
