"""Small things that pages share."""

from django.contrib import messages

from clinic.access import Request


def saved(request: Request, text: str) -> None:
    """Say `text` once on the next page; never with a patient's data, since it travels in a cookie."""
    messages.success(request, text)
