"""What of its answer a reading request asks for: `fields` leaves others out, `include` brings a record in.

Both say how something is read, never which: a cursor and a filter mean the same with any of them.
"""

from collections.abc import Sequence
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS

# Without the first two nobody knows what they hold; the last is asked for by a parameter of its own.
ALWAYS = ("__typename", "id", "included")
FIELDS, INCLUDE = "fields", "include"
NO_FIELD = "There is no field “{}” here."
NO_RECORD = "Nothing called “{}” can be included here."


def listed(request: Any, name: str) -> list[str] | None:
    """The names of a parameter that is a list, given once with commas or many times; None where it is not given."""
    given = request.query_params.getlist(name) if request is not None and request.method in SAFE_METHODS else []
    return ",".join(given).split(",") if given else None


def chosen_of(request: Any, known: Sequence[str]) -> frozenset[str] | None:
    """The fields that are shown of those that are `known`, None for all; raises ValidationError for any other."""
    names = listed(request, FIELDS)
    if names is None:
        return None
    if unknown := [name for name in names if name not in known]:
        raise ValidationError({FIELDS: [NO_FIELD.format(name) for name in unknown]})
    return frozenset([*ALWAYS, *names])


def included(request: Any, view: Any) -> list[str]:
    """The records that are brought in; raises ValidationError for those that the view has not, or not for everybody.

    A view says in `includes` which there are and what it takes to see them.
    """
    names = listed(request, INCLUDE) or []
    permissions = request._request.permissions if names else ()
    allowed = [name for name, needed in getattr(view, "includes", {}).items() if needed in permissions]
    if unknown := [name for name in names if name not in allowed]:
        raise ValidationError({INCLUDE: [NO_RECORD.format(name) for name in unknown]})
    return names


def ways_of_reading(request: Any, view: Any) -> set[str]:
    """The parameters that say how a view is read."""
    if request.method not in SAFE_METHODS or view.action == "file":
        return set()
    return {FIELDS, INCLUDE} if getattr(view, "includes", {}) else {FIELDS}
