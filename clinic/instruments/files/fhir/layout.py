"""The order in which items, headings of groups and texts stand in a Questionnaire."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class _Text:
    """A text that waits for the next item, in the titled group `group`; with `title` it is the heading of the group."""

    text: str
    group: int | None
    title: bool = False


@dataclass
class _Run:
    """Items that follow each other in one titled group."""

    group: int | None
    items: list[int] = field(default_factory=list)


class Layout:
    """Takes the parts of a file in their order. A section holds items that follow each other under one heading.

    Where a group goes on after a group inside it, its heading is repeated. A heading without items is a text.
    """

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.waiting: list[_Text] = []
        self.runs: list[_Run] = []
        self.displays: list[tuple[str, int, bool]] = []  # text, item, whether it is above the heading

    def enter(self, title: str, parent: int | None) -> int | None:
        """Begin a group. A group without a title belongs to the one around it."""
        if not title:
            return parent
        self.titles.append(title)
        group = len(self.titles) - 1
        self.waiting.append(_Text(title, group, title=True))
        return group

    def text(self, text: str, group: int | None) -> None:
        if text:
            self.waiting.append(_Text(text, group))

    def item(self, index: int, group: int | None) -> None:
        """Place an item. The texts of its own group stand below the heading, those before them above it."""
        begins = group is not None and (not self.runs or self.runs[-1].group != group)
        own = [place for place, waiting in enumerate(self.waiting) if waiting.group == group]
        first = own[0] if own else len(self.waiting)
        for place, waiting in enumerate(self.waiting):
            if not (waiting.title and waiting.group == group):
                self.displays.append((waiting.text, index, begins and place < first))
        self.waiting = []
        if not self.runs or self.runs[-1].group != group:
            self.runs.append(_Run(group))
        self.runs[-1].items.append(index)

    def sections(self, codes: list[str]) -> Iterator[dict[str, Any]]:
        for run in self.runs:
            if run.group is not None:
                yield {"title": self.titles[run.group], "items": [codes[index] for index in run.items]}

    def texts(self, codes: list[str]) -> Iterator[dict[str, Any]]:
        """The texts between the items, those after the last item last."""
        for text, index, above in self.displays:
            yield {"text": text, "before": codes[index], **({"above_heading": True} if above else {})}
        for waiting in self.waiting:
            yield {"text": waiting.text}
