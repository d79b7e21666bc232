"""Questions whose answers are typed: texts, dates, and numbers with a unit. They are asked, and never count."""

from typing import Any

from clinic.instruments.files.fhir.understood import CALCULATED, dicts, extension, strange
from clinic.instruments.files.fhir.wording import clean, text_of
from clinic.instruments.items.parts import DATE, TEXT
from clinic.instruments.reading import exact

NUMBERS = ("decimal", "integer", "quantity")
TEXTS = ("string", "text", "url")
TYPED = (*NUMBERS, *TEXTS, "date", "dateTime", "time")
LARGEST = 99_999


def typed_item(part: dict[str, Any]) -> dict[str, Any] | None:
    """What is asked; None of what nobody can be asked here, such as a total, or a time of the day."""
    has_formula = any(extension(part, name) is not None for name in CALCULATED)
    is_whole = not has_formula and not any(strange(part, "item")) and text_of(part)
    if not is_whole or part.get("readOnly") is True or part.get("repeats") is True or _has_questions(part):
        return None
    if part.get("type") in TEXTS:
        return {"kind": TEXT}
    if part.get("type") == "date":
        return {"kind": DATE}
    return _measured(part) if part.get("type") in NUMBERS else None


def _has_questions(part: dict[str, Any]) -> bool:
    return any(inner.get("type") != "display" for inner in dicts(part.get("item")))


def _measured(part: dict[str, Any]) -> dict[str, Any] | None:
    """A number with its unit. One without is perhaps a total: the file does not say so, and nobody is asked."""
    coding = (extension(part, "questionnaire-unit") or {}).get("valueCoding")
    code, display = (clean(coding, name) if isinstance(coding, dict) else "" for name in ("code", "display"))
    unit = display or code
    # UCUM writes what is no unit, such as a score, in braces.
    if not unit or len(unit) > 40 or "{" in (unit[0], code[:1]):
        return None
    limits = {"minimum": _limit(part, "minValue", -LARGEST), "maximum": _limit(part, "maxValue", LARGEST)}
    if limits["minimum"] is None or limits["maximum"] is None:
        return None
    decimals = 0 if part.get("type") == "integer" else 2
    return {"measure": {"unit": unit, **limits, "decimals": decimals}, "scored": False}


def _limit(part: dict[str, Any], name: str, default: int) -> Any:
    found = extension(part, name)
    return default if found is None else exact(found.get("valueInteger", found.get("valueDecimal")))
