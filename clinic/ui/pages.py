"""Small things that pages share."""

from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from clinic.access import Request

LONGEST_ADDRESS = 4000
NOBODY = "00000000-0000-4000-8000-000000000000"


@cache
def around_key(view: str, prefix: str) -> tuple[str, str]:
    """What stands before and behind a record's key in its address."""
    before, _, behind = reverse(view, args=[NOBODY]).partition(NOBODY)
    return before, behind


def saved(request: Request, text: str, *, undo: bool = False) -> None:
    """Say `text` once on the next page; never with a patient's data, since it travels in a cookie.

    With `undo` the next page, where it is a record's, offers to take the change back.
    """
    messages.success(request, text, extra_tags="undo" if undo else "")


def noted(request: Request, text: str) -> None:
    """Say once on the next page what somebody should know of it; never with a patient's data, as with `saved`."""
    messages.info(request, text)


class Undo(NamedTuple):
    """Where the change that led to `version` can be taken back."""

    url: str
    version: int


def undo_of(view: str, record: Any) -> Undo:
    return Undo(reverse(view, args=[record.pk]), record.version)


def posted_version(request: Request) -> int:
    """The version that a form was rendered with; 0, which no record has, for anything that is none."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def posted_page(request: Request) -> UUID | None:
    """The id of the copy of a questionnaire form that was posted."""
    try:
        return UUID(request.POST.get("page", ""))
    except ValueError:
        return None


def keep_private[R: HttpResponseBase](response: R) -> R:
    """Mark a response that nobody may store, index or pass on, because its address is a secret."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def own_path(text: str, otherwise: str) -> str:
    """The text where it is a path on this site, else `otherwise`: a form's `next` is whatever somebody sent."""
    return text if text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None) else otherwise


def leading_back(view: str, back: str, **more: str) -> str:
    """The address of a page that leads on to `back`; to less of it where an address with all of it is one that servers
    do not take: nginx reads 8,192 characters, and what stands in another address is up to three times as long.
    """
    for way in (back, back.partition("?")[0], reverse("home")):
        address = f"{reverse(view)}?{urlencode({'next': way, **more})}"
        if len(address) <= LONGEST_ADDRESS:
            break
    return address


def page_or_fragment(
    request: Request, template: str, fragment: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render `fragment` when htmx asks for the element of its name, else the whole `template`."""
    wanted = request.htmx and request.htmx.target == fragment.partition("#")[2]
    return varied(render(request, fragment if wanted else template, context, status=status))


def varied(response: HttpResponse) -> HttpResponse:
    """Say that the answer is another where htmx asks for another part."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def client_redirect(request: Request, url: str) -> HttpResponse:
    """A redirect that htmx follows as a whole page, not into a fragment; 204, since no list is in it."""
    if request.htmx:
        return HttpResponseClientRedirect(url, status=204)
    return redirect(url)
