"""When an item is asked, in words."""

from collections.abc import Mapping

from clinic.instruments.definitions import Definition
from clinic.instruments.items.answers import words
from clinic.instruments.items.parts import Condition


def asked_words(
    definition: Definition,
    code: str,
    *,
    numbers: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> str:
    """When an item is asked: "only if item 1 is not “Never”"; empty if always.

    `numbers` are those that a form shows in place of codes, and `texts` the options of another language.
    """
    item = definition.by_code[code]
    if item.asked_if is None:
        return ""
    found = [_said(definition, condition, numbers or {}, texts or {}) for condition in item.asked_if.conditions]
    return f"only if {(' or ' if item.asked_if.anyone else ' and ').join(found)}"


def _said(definition: Definition, condition: Condition, numbers: Mapping[str, object], texts: Mapping[str, str]) -> str:
    other = definition.by_code[condition.item]
    name = f"item {numbers.get(other.code, other.code)}"
    if condition.operator == "exists":
        return f"{name} is {'answered' if condition.answer is True else 'not answered'}"
    is_not = condition.operator == "!="
    met = condition.met_by(other)
    named = [words(other, answer) for answer in other.answers if (answer in met) != is_not]
    said = [f"“{texts.get(each, each)}”" for each in named]
    listed = " or ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))
    return f"{name} is {'not ' if is_not else ''}{listed or 'answered as it cannot be'}"
