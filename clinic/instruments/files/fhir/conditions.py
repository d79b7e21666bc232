"""What a question depends on: `enableWhen` of its own and of the groups around it, over choices before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clinic.instruments.files.fhir.options import SAID
from clinic.instruments.files.fhir.understood import dicts, strange
from clinic.instruments.files.fhir.wording import clean
from clinic.instruments.items.parts import COMPARISONS, DATE, NUMBER, ONE, OPERATORS, SEVERAL, TEXT, YES_NO, Answer
from clinic.instruments.reading import exact

Item = dict[str, Any]
KIND_WORDS = {NUMBER: "a number", TEXT: "a text", DATE: "a date", SEVERAL: "a choice of several answers"}


# By linkId the items before, and what other programs call their options.
Earlier = dict[str, tuple[Item, list[Item]]]


class NotKept(Exception):
    """A definition cannot say the condition. The message says why, as the end of a sentence."""


@dataclass(frozen=True)
class When:
    """Conditions as the file has them, and whether one that is met is enough."""

    conditions: tuple[dict[str, Any], ...] = ()
    anyone: bool = False


def when_of(part: dict[str, Any], around: When, where: str, problems: list[str]) -> When:
    """What a part depends on, with what the groups `around` it depend on."""
    rows = tuple(dicts(part.get("enableWhen")))
    behaviour = part.get("enableBehavior", "all" if len(rows) < 2 else "")
    if rows and behaviour not in ("all", "any"):
        problems.append(f"{where} has several conditions, and does not say whether all must be met (“enableBehavior”).")
    own = When(rows, behaviour == "any" and len(rows) > 1)
    if not own.conditions or not around.conditions:
        return own if own.conditions else around
    if own.anyone or around.anyone:
        problems.append(f"{where} has conditions beside those of its group, of which one is enough, which {SAID}.")
    return When((*around.conditions, *own.conditions))


def with_conditions(
    items: list[Item],
    known: list[Item],
    whens: list[tuple[str, When]],
    left_out: Mapping[str, str],
    problems: list[str],
) -> list[Item]:
    """The items with what they depend on. A condition that cannot be kept is a problem.

    `left_out` are the linkIds of what nobody is asked, and why.
    """
    found: list[Item] = []
    earlier: Earlier = {}
    for item, names, (where, when) in zip(items, known, whens, strict=True):
        if when.conditions:
            rows = []
            for each in when.conditions:
                try:
                    rows.append(_condition(each, earlier, left_out))
                except NotKept as error:
                    problems.append(f"{where} {error}.")
            behaviour = {"behaviour": "any"} if when.anyone else {}
            item = {**item, "asked_if": {"conditions": rows, **behaviour}}
        found.append(item)
        earlier[names["link_id"]] = (item, names["options"])
    return found


def not_kept(
    part: dict[str, Any], around: When, items: list[Item], known: list[Item], left_out: Mapping[str, str]
) -> str:
    """Why a definition cannot say what a part depends on, after these items; empty if it can."""
    problems: list[str] = []
    when = when_of(part, around, "it", problems)
    if problems:
        return problems[0].rstrip(".")
    earlier = {
        names["link_id"]: ({"code": "", **item}, names["options"]) for item, names in zip(items, known, strict=True)
    }
    try:
        for row in when.conditions:
            _condition(row, earlier, left_out)
    except NotKept as error:
        return f"it {error}"
    return ""


def _condition(row: dict[str, Any], earlier: Earlier, left_out: Mapping[str, str]) -> Item:
    """The condition as a definition has it; raises NotKept."""
    for name in strange(row, "condition"):
        raise NotKept(f"has a condition with “{name}”, which {SAID}")
    link, operator = clean(row, "question"), clean(row, "operator")
    if link in left_out:
        raise NotKept(f"depends on “{link}”, which is left out: {left_out[link]}")
    item, options = earlier.get(link, ({}, []))
    kind = item.get("kind", NUMBER if "measure" in item else ONE)
    if not item:
        raise NotKept(f"depends on “{link}”, which is no choice of one answer that is asked before it")
    if kind not in (ONE, YES_NO):
        said = "only one answer of a list, or yes or no, decides what is asked"
        raise NotKept(f"depends on “{link}”, {KIND_WORDS[kind]}: {said}")
    if operator not in OPERATORS or (answer := _answer(row, operator, item, options)) is None:
        raise NotKept(f"depends on “{link}” by “{operator}” with an answer that {SAID}")
    return {"item": item["code"], "operator": operator, "answer": answer}


def _answer(row: dict[str, Any], operator: str, item: Item, options: list[Item]) -> Answer | None:
    """The answer of a condition as a definition names it; None if there is no such answer."""
    if operator == "exists" or item.get("kind") == YES_NO:
        answer = row.get("answerBoolean")
        return answer if isinstance(answer, bool) and operator not in COMPARISONS else None
    number = exact(row.get("answerInteger", row.get("answerDecimal")))
    if operator in COMPARISONS:
        return number if not item.get("reversed") and _are_their_points(item, options) else None
    named = [index for index, option in enumerate(options) if _is_named(row, option, number)]
    return _stored(item, named[0]) if len(named) == 1 else None


def _are_their_points(item: Item, options: list[Item]) -> bool:
    """Whether the answers are whole numbers that count as they are, so that more of one is more points."""
    return all(
        known.get("kind") == "integer" and known["code"] == str(option["points"])
        for option, known in zip(item["options"], options, strict=True)
    )


def _is_named(row: dict[str, Any], option: Item, number: Any) -> bool:
    kind, coding = option.get("kind", "coding"), row.get("answerCoding")
    if kind == "coding" and isinstance(coding, dict):
        systems = {clean(coding, "system"), option.get("system", "")} - {""}
        return clean(coding, "code") == option["code"] and len(systems) < 2
    if kind == "string":
        return "answerString" in row and clean(row, "answerString") == option["code"]
    return kind == "integer" and number is not None and str(number) == option["code"]


def _stored(item: Item, index: int) -> Answer:
    """How a definition names an option of an item: by its code if it has one, else by its points as they count."""
    option: dict[str, Any] = item["options"][index]
    if option.get("code"):
        return str(option["code"])
    points = [each["points"] for each in item["options"]]
    counted: Answer = min(points) + max(points) - points[index] if item.get("reversed") else points[index]
    return counted
