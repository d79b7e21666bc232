"""Read a FHIR R4 Questionnaire as the data of a definition.

It must have choice items with answer options; groups become sections. Points come from the extensions ordinalValue and
itemWeight, or from an option that is a whole number; without points an item is not scored. Display texts and calculated
items are skipped. Everything else is refused by name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from clinic.instruments.parsing import LOINC, MOST_ITEMS
from clinic.instruments.reading import exact
from clinic.ui.forms import one_line

POINTS = ("ordinalValue", "itemWeight", "questionnaire-ordinalValue")
CALCULATED = ("calculatedExpression", "sdc-questionnaire-calculatedExpression", "questionnaire-calculatedExpression")
DEEPEST = 6
NO_LICENCE = "The Questionnaire does not say who may use it."


class NotUsable(Exception):
    """The Questionnaire gives no instrument. `messages` says why."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


@dataclass
class _Reading:
    """The items and sections found so far, and what cannot be used."""

    contained: dict[str, Any]
    items: list[dict[str, Any]] = field(default_factory=list)
    sections: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def data_of_questionnaire(resource: Any) -> dict[str, Any]:
    """Return the data of a definition without scoring; raises NotUsable."""
    if not isinstance(resource, dict) or resource.get("resourceType") != "Questionnaire":
        raise NotUsable(["This is not a FHIR Questionnaire."])
    contained = {str(part.get("id")): part for part in _dicts(resource.get("contained"))}
    reading = _Reading(contained)
    _walk(resource.get("item"), reading, depth=0, section=None)
    if not reading.items and not reading.problems:
        reading.problems.append("The Questionnaire has no question that can be used.")
    if reading.problems:
        raise NotUsable(reading.problems[:20])
    title = _text(resource, "title") or _text(resource, "name") or "Questionnaire"
    return {
        "title": title[:60],
        "name": title[:200],
        "instruction": _text(resource, "description")[:2000],
        "source": (_text(resource, "url") or _text(resource, "publisher") or "An imported FHIR Questionnaire")[:2000],
        "licence": (_text(resource, "copyright") or NO_LICENCE)[:2000],
        "loinc": {"panel": loinc} if (loinc := _loinc(resource)) else {},
        "items": _numbered(reading.items),
        "sections": [section for section in _sections(reading) if section["items"]],
    }


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    yield from (part for part in value if isinstance(part, dict)) if isinstance(value, list) else ()


def _text(part: dict[str, Any], name: str) -> str:
    value = part.get(name)
    return "".join(letter for letter in one_line(value) if letter.isprintable()) if isinstance(value, str) else ""


def _walk(value: Any, reading: _Reading, *, depth: int, section: dict[str, Any] | None) -> None:
    if depth > DEEPEST or len(reading.items) > MOST_ITEMS:
        reading.problems.append("The Questionnaire is nested too deeply or too long.")
        return
    for part in _dicts(value):
        kind, where = part.get("type"), _text(part, "text")[:60] or _text(part, "linkId") or "A question"
        if kind == "display" or _is_calculated(part):
            continue
        if part.get("enableWhen") or part.get("repeats") is True:
            reading.problems.append(f"“{where}” depends on other answers or may be answered more than once.")
        elif kind == "group":
            inner = {"title": _text(part, "text")[:200] or "Questions", "items": []}
            reading.sections.append(inner)
            _walk(part.get("item"), reading, depth=depth + 1, section=inner)
        elif kind in ("choice", "coding", "boolean") and not list(_dicts(part.get("item"))):
            _question(part, reading, where, section)
        else:
            reading.problems.append(f"“{where}” is of the type “{str(kind)[:30]}”; only single choices can be scored.")


def _is_calculated(part: dict[str, Any]) -> bool:
    return part.get("readOnly") is True or any(_extension(part, name) is not None for name in CALCULATED)


def _extension(part: dict[str, Any], name: str) -> dict[str, Any] | None:
    for found in _dicts(part.get("extension")):
        if str(found.get("url", "")).rpartition("/")[2] == name:
            return found
    return None


def _question(part: dict[str, Any], reading: _Reading, where: str, section: dict[str, Any] | None) -> None:
    options = _boolean() if part.get("type") == "boolean" else _options(part, reading)
    if len(options) < 2:
        reading.problems.append(f"“{where}” has no answer options in the Questionnaire itself.")
        return
    scored = all(option["points"] is not None for option in options) and part.get("type") != "boolean"
    if not scored:
        options = [{**option, "points": number} for number, option in enumerate(options)]
    item: dict[str, Any] = {
        "code": _text(part, "prefix").rstrip(".)")[:20],
        "text": _text(part, "text"),
        "options": options,
    }
    item |= ({} if scored else {"scored": False}) | ({"loinc": loinc} if (loinc := _loinc(part)) else {})
    if section is not None:
        section["items"].append(len(reading.items))
    reading.items.append(item)


def _boolean() -> list[dict[str, Any]]:
    return [{"text": "No", "points": 0}, {"text": "Yes", "points": 1}]


def _options(part: dict[str, Any], reading: _Reading) -> list[dict[str, Any]]:
    found = [_option(option) for option in _dicts(part.get("answerOption"))]
    set_name = part.get("answerValueSet")
    if not found and isinstance(set_name, str) and set_name.startswith("#"):
        found = [_option({"valueCoding": coding, **coding}) for coding in _codings(reading.contained.get(set_name[1:]))]
    return [option for option in found if option["text"]]


def _codings(value_set: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(value_set, dict):
        return
    expansion, compose = value_set.get("expansion"), value_set.get("compose")
    if isinstance(expansion, dict):
        yield from _dicts(expansion.get("contains"))
    elif isinstance(compose, dict):
        for include in _dicts(compose.get("include")):
            yield from _dicts(include.get("concept"))


def _option(option: dict[str, Any]) -> dict[str, Any]:
    """Read one answer option. Its points are None if it has none."""
    coding = option.get("valueCoding")
    coding = coding if isinstance(coding, dict) else {}
    whole = option.get("valueInteger")
    text = _text(coding, "display") or _text(coding, "code") or _text(option, "valueString")
    if not text and isinstance(whole, int) and not isinstance(whole, bool):
        text = str(whole)
    found = _points(option) if _points(option) is not None else _points(coding)
    points = exact(whole) if found is None and whole is not None else found
    loinc = _text(coding, "code")
    return {"text": text[:500], "points": points, **({"loinc": loinc} if LOINC.fullmatch(loinc) else {})}


def _points(part: dict[str, Any]) -> Any:
    for name in POINTS:
        if (found := _extension(part, name)) is not None:
            return exact(found.get("valueDecimal", found.get("valueInteger")))
    return None


def _loinc(part: dict[str, Any]) -> str:
    for coding in _dicts(part.get("code")):
        code = _text(coding, "code")
        if coding.get("system") == "http://loinc.org" and LOINC.fullmatch(code):
            return code
    return ""


def _numbered(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items with the numbers that the Questionnaire prints; counted if one of them has no number."""
    codes = [item["code"] for item in items]
    if all(codes) and len(set(codes)) == len(codes):
        return items
    return [{**item, "code": str(number)} for number, item in enumerate(items, 1)]


def _sections(reading: _Reading) -> Iterator[dict[str, Any]]:
    codes = [item["code"] for item in _numbered(reading.items)]
    for section in reading.sections:
        yield {**section, "items": [codes[index] for index in section["items"]]}
