"""Cursors: where a list is read on, sealed, so that nobody reads a name in an address or makes one up.

A cursor holds the values that its page ended with when it was read. What becomes of the row meanwhile moves no page:
nobody else is left out or comes twice. In an order that never changes, as that of `created_at`, nobody at all does.
"""

import json
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.fernet import InvalidToken
from rest_framework.exceptions import ValidationError

from clinic.access import Request
from clinic.lists.reading.places import Place
from clinic.text.faults import Fault
from clinic.ui.sealing import seal

PURPOSE = "clinic.api.cursor"
# What of an address says which list it is, and what only how it is read.
HOW_READ = frozenset({"cursor", "page", "page_size", "after", "before", "count", "fields", "include"})
OTHER_LIST = "This cursor is of another list, or of none: take it from `next` as it was given, with the same filters."
OTHER_CHANGES = "This is no cursor of this clinic's changes: take it from `after` as it was given."


class Cursor(NamedTuple):
    """The place that a page begins behind, or with `reverse` ends before."""

    place: Place
    reverse: bool


def list_of(request: Request) -> str:
    """A digest of the list that is asked for: its clinic, address, filters and order."""
    narrowed = sorted((name, values) for name, values in request.GET.lists() if name not in HOW_READ)
    text = json.dumps([str(request.clinic.pk), request.path, narrowed])
    return sha256(text.encode()).hexdigest()[:16]


def sealed(value: Any) -> str:
    """A value that JSON has, as text for an address."""
    return seal(PURPOSE).encrypt(json.dumps(value, separators=(",", ":")).encode()).decode()


def opened(text: str, name: str = "cursor", refusal: str = OTHER_LIST) -> Any:
    """What was sealed; raises ValidationError with `refusal` under `name` for anything else."""
    try:
        return json.loads(seal(PURPOSE).decrypt(text.encode()))
    except (InvalidToken, ValueError) as error:
        raise ValidationError({name: [refusal]}, code=Fault.UNKNOWN) from error


def changes_cursor(request: Request, number: int) -> str:
    """Where the clinic's changes are read on: behind a number of its trail."""
    return sealed({"clinic": str(request.clinic.pk), "number": number})


def changes_number(request: Request, text: str) -> int:
    """The number behind which a cursor of changes leads; raises ValidationError for one of another clinic, or none."""
    held = opened(text, "after", OTHER_CHANGES)
    if not isinstance(held, dict) or held.get("clinic") != str(request.clinic.pk):
        raise ValidationError({"after": [OTHER_CHANGES]}, code=Fault.UNKNOWN)
    return int(held["number"])


def cursor_text(request: Request, place: Place, *, reverse: bool) -> str:
    return sealed([list_of(request), int(reverse), *place])


def cursor_of(request: Request) -> Cursor | None:
    """The cursor in the address, if there is one; raises ValidationError for one of another list."""
    if "cursor" not in request.GET:
        return None
    held = opened(request.GET["cursor"])
    if not isinstance(held, list) or len(held) != 5 or held[0] != list_of(request):
        raise ValidationError({"cursor": [OTHER_LIST]}, code=Fault.UNKNOWN)
    return Cursor(Place(*held[2:]), bool(held[1]))
