"""What stands around the items of a questionnaire: headings of sections and texts, wherever it is drawn."""

from collections.abc import Iterable
from dataclasses import dataclass

from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import Item


@dataclass(frozen=True)
class Surroundings:
    """What is drawn with one item: texts `above` the heading, the `heading`, texts `before` and `after` the item.

    With `ends_section` a section ended with the item before, and this one is in none.
    """

    above: tuple[str, ...] = ()
    heading: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    ends_section: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands above the item, the heading in its place."""
        return (*self.above, *filter(None, (self.heading,)), *self.before)


def surroundings(definition: Definition, items: Iterable[Item]) -> dict[str, Surroundings]:
    """The surroundings of the items that are drawn. A text before an item that is not drawn stands before the next."""
    drawn = [item.code for item in items]
    section_of = {code: number for number, section in enumerate(definition.sections) for code in section.items}
    found: dict[str, Surroundings] = {}
    above: list[str] = []
    before: list[str] = []
    last = None
    for item in definition.items:
        for display in definition.displays:
            if display.before == item.code:
                (above if display.above_heading else before).append(display.text)
        if item.code not in drawn:
            continue
        section = section_of.get(item.code)
        heading = definition.sections[section].title if section is not None and section != last else ""
        found[item.code] = Surroundings(tuple(above), heading, tuple(before), (), section is None and last is not None)
        above, before, last = [], [], section
    rest = (*above, *before, *(display.text for display in definition.displays if not display.before))
    return _with_rest(found, rest)


def _with_rest(found: dict[str, Surroundings], rest: tuple[str, ...]) -> dict[str, Surroundings]:
    """The surroundings with the texts that are left after the last item."""
    if found and rest:
        code, last = found.popitem()
        found[code] = Surroundings(last.above, last.heading, last.before, rest, last.ends_section)
    return found
