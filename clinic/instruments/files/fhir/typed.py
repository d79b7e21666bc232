"""Questions whose answers are typed: texts, dates, and numbers. They are asked, and never count."""

import re
from typing import Any

from clinic.instruments.files.fhir.understood import CALCULATED, HIDDEN, dicts, extension, strange
from clinic.instruments.files.fhir.wording import clean, text_of
from clinic.instruments.items.parts import DATE, LARGEST, TEXT
from clinic.instruments.reading import exact

NUMBERS = ("decimal", "integer", "quantity")
TEXTS = ("string", "text", "url")
TYPED = (*NUMBERS, *TEXTS, "date", "dateTime", "time")
REASONS = {
    "enableWhenExpression": "it depends on other answers by a formula",
    HIDDEN: "it is hidden",
    "initial": "an answer is there from the start",
    "initialExpression": "an answer is there from the start",
}
TOTAL = re.compile(r"\b(?:total|score|sum)\b(?!.*\?)", re.IGNORECASE | re.DOTALL)


class NotAsked(Exception):
    """Nobody is asked the question here. The message says why, as the end of a sentence."""


def typed_item(part: dict[str, Any]) -> dict[str, Any]:
    """What is asked; raises NotAsked."""
    if any(extension(part, name) is not None for name in CALCULATED):
        raise NotAsked("it is calculated")
    for name in strange(part, "item"):
        raise NotAsked(reason_for(name) or f"it has “{name}”")
    if part.get("readOnly") is True:
        raise NotAsked("it is read-only, so that nobody answers it")
    if part.get("repeats") is True:
        raise NotAsked("it may be answered more than once")
    if any(inner.get("type") != "display" for inner in dicts(part.get("item"))):
        raise NotAsked("it has questions under it")
    if not text_of(part):
        raise NotAsked("it has no text")
    if part.get("type") in TEXTS:
        return {"kind": TEXT}
    if part.get("type") == "date":
        return {"kind": DATE}
    if part.get("type") not in NUMBERS:
        raise NotAsked("nobody can be asked for a time of the day")
    return _measured(part)


def reason_for(name: str) -> str:
    """Why a part with this name cannot be asked, where that says more than the name."""
    return next((text for ending, text in REASONS.items() if name.endswith(ending)), "")


def _measured(part: dict[str, Any]) -> dict[str, Any]:
    """A number, perhaps with its unit and its limits. A total is one whose unit or text says so."""
    coding = (extension(part, "questionnaire-unit") or {}).get("valueCoding")
    code, display = (clean(coding, name) if isinstance(coding, dict) else "" for name in ("code", "display"))
    unit = display or code
    # UCUM writes what is no unit, such as a score, in braces.
    if "{" in (unit[:1], code[:1]) or (not unit and TOTAL.search(text_of(part))):
        raise NotAsked("it is taken for a total, which nobody types")
    if len(unit) > 40:
        raise NotAsked("its unit is longer than 40 letters")
    limits = {"minimum": _limit(part, "minValue", -LARGEST), "maximum": _limit(part, "maxValue", LARGEST)}
    decimals = 0 if part.get("type") == "integer" else 2
    named = {"unit": unit} if unit else {}
    return {"measure": {**named, **limits, "decimals": decimals}, "scored": False}


def _limit(part: dict[str, Any], name: str, default: int) -> Any:
    found = extension(part, name)
    limit = default if found is None else exact(found.get("valueInteger", found.get("valueDecimal")))
    if limit is None:
        raise NotAsked("its limits are not numbers of at most 100,000 with at most two decimal places")
    return limit
