"""The questions of an instrument as its page and its preview show them."""

from typing import NamedTuple

from clinic.instruments.definitions import Definition
from clinic.instruments.items.conditions import asked_words
from clinic.instruments.items.parts import DATE, SEVERAL, TEXT, YES_NO, Item
from clinic.instruments.texts.surroundings import Surroundings, surroundings

KIND_LABELS = {
    SEVERAL: "Several answers, not scored",
    TEXT: "A text, not scored",
    DATE: "A date, not scored",
    YES_NO: "Yes or no, not scored",
}


class ShownQuestion(NamedTuple):
    """An item with the texts around it, when it is asked, and of what kind it is if it has no points."""

    item: Item
    around: Surroundings
    asked: str
    kind: str


def drawn_questions(definition: Definition) -> list[ShownQuestion]:
    around = surroundings(definition, definition.items)
    return [
        ShownQuestion(item, around[item.code], asked_words(definition, item.code), KIND_LABELS.get(item.kind, ""))
        for item in definition.items
    ]
