"""How three example answers to an instrument score: what its owner looks at before saving it."""

from collections.abc import Callable
from dataclasses import dataclass

from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import DATE, SEVERAL, TEXT, Answer, Item
from clinic.instruments.scoring import Result, score


@dataclass(frozen=True)
class Example:
    """The result if every question has the answer that `label` says."""

    label: str
    result: Result


def examples(definition: Definition) -> list[Example]:
    """The results of the first answer to every question, of the one in the middle, and of the last."""
    ways: list[tuple[str, Callable[[int], int]]] = [
        ("The first answer to every question", lambda count: 0),
        ("The answer in the middle", lambda count: (count - 1) // 2),
        ("The last answer to every question", lambda count: count - 1),
    ]
    return [Example(label, _scored(definition, place)) for label, place in ways]


def _scored(definition: Definition, place: Callable[[int], int]) -> Result:
    """The result of an answer to every question. Those that are not asked then do not count."""
    asked = [item for item in definition.asked("unknown") if not item.source]
    return score(definition, {item.code: _answer(item, place) for item in asked})


def _answer(item: Item, place: Callable[[int], int]) -> Answer:
    """The answer at a place. Any text and any day will do, since they decide nothing and add no points."""
    if item.kind == TEXT:
        return "Text"
    if item.kind == DATE:
        return "2000-01-01"
    if item.kind == SEVERAL:
        chosen = list(item.by_value)[place(len(item.options))]
        return (chosen,) if not isinstance(chosen, bool | tuple) else chosen
    if item.measure is None:
        return item.answers[place(len(item.answers))]
    ends = (item.measure.minimum, (item.measure.minimum + item.measure.maximum) // 2, item.measure.maximum)
    return ends[place(len(ends))]
