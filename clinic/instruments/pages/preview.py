"""How three example answers to an instrument score: what its owner looks at before saving it."""

from collections.abc import Callable
from dataclasses import dataclass

from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import ONE, Answer, Item
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
    asked = [item for item in definition.asked("unknown") if not item.source]
    return score(definition, {item.code: _answer(item, place) for item in asked})


def _answer(item: Item, place: Callable[[int], int]) -> Answer | None:
    """The answer at a place. What adds no points stays open: texts, dates, and so on."""
    if item.kind == ONE:
        return item.answers[place(len(item.answers))]
    if item.measure is None:
        return None
    ends = (item.measure.minimum, (item.measure.minimum + item.measure.maximum) // 2, item.measure.maximum)
    return ends[place(len(ends))]
