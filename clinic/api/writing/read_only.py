"""What is answered and cannot be written: sent back as it is it says nothing, and with another value it is refused."""

from decimal import Decimal
from functools import cache
from typing import Any

from rest_framework.exceptions import ValidationError

from clinic.text.faults import Fault

# What changes by itself, so that whoever sends a record back as it was read means no change by it.
MOVING = frozenset({"latest_results", "alerts", "updated_at", "practitioner"})
CANNOT = "This cannot be written; leave it out, or send it as it is."


def read_only_of(kind: Any, sent: dict[str, Any]) -> dict[str, Any]:
    """What of a body for a serializer cannot be written."""
    names = _read_only_names(kind)
    return {name: value for name, value in sent.items() if name in names}


@cache
def _read_only_names(kind: Any) -> frozenset[str]:
    """Worked out once: making a serializer's fields takes longer than reading a body by them."""
    return frozenset(name for name, field in kind().fields.items() if field.read_only)


def refuse_others(sent: dict[str, Any], *shown: dict[str, Any]) -> None:
    """Raises ValidationError for each value that stands in none of the records `shown`."""
    wrong = [
        name
        for name, value in sent.items()
        if name not in MOVING and all(plain(value) != plain(data.get(name)) for data in shown)
    ]
    if wrong:
        raise ValidationError({name: [CANNOT] for name in wrong}, code=Fault.READ_ONLY)


def plain(value: Any) -> Any:
    """A value of JSON with numbers that compare: 9 and 9.0 are one, true is none."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool)):
        return Decimal(str(value))
    return value
