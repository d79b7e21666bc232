"""Addresses of lists: what they ask for, read strictly, and the ways from one state of a list to the next."""

import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.urls import get_script_prefix, reverse

from clinic.access import PRACTITIONER_ROLES, Request
from clinic.lists.reading.index_runs import BadList

PAGING = ("page", "after", "before", "count", "open")


def address_of(name: str) -> str:
    """The address of a page that takes nothing; finding one takes 10 us, and a list has two of them."""
    return _address(name, get_script_prefix())


def mine_of(request: Request, name: str) -> str:
    """The same list of whoever asks alone: of their own patients; empty for somebody who can have none."""
    if request.membership is None or request.membership.role not in PRACTITIONER_ROLES:
        return ""
    return f"{address_of(name)}?user={request.actor.id}"


@cache
def _address(name: str, prefix: str) -> str:
    return reverse(name)


def url_with(request: Request, **changes: Any) -> str:
    """This list's address with some parameters replaced; None removes one."""
    kept = [(name, value) for name, values in request.GET.lists() if name not in changes for value in values]
    query = urlencode([*kept, *((name, value) for name, value in changes.items() if value is not None)])
    return f"{request.path}?{query}" if query else request.path


def from_start(request: Request, **changes: Any) -> str:
    """The same, from its first page on."""
    return url_with(request, **{**dict.fromkeys(PAGING), **changes})


def stem(request: Request, name: str) -> str:
    """The same, up to the value of `name`: for many links that differ in nothing else."""
    others = from_start(request, **{name: None})
    return f"{others}{'&' if '?' in others else '?'}{name}="


def whole_number(request: Request, name: str, default: int, allowed: Sequence[int] | None = None) -> int:
    """A positive number from the address; raises BadList for anything else, or for one that is not `allowed`."""
    text = request.GET.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise BadList(f"“{name}” must be a whole number from 1.")
    if allowed and int(text) not in allowed:
        raise BadList(f"“{name}” must be one of {', '.join(map(str, allowed))}.")
    return int(text)


def place(request: Request) -> tuple[str, uuid.UUID] | None:
    """The row that a page begins behind or ends before: `("after", key)`; None where the address names none."""
    given = [name for name in ("after", "before") if name in request.GET]
    if not given:
        return None
    if len(given) > 1:
        raise BadList("A page begins after a row or ends before one, not both.")
    try:
        return given[0], uuid.UUID(request.GET[given[0]])
    except ValueError as error:
        raise BadList(f"“{given[0]}” must be the id of a row.") from error
