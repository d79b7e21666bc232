"""The grades of a list: which of its index runs are asked for together, and which only where little else is found."""

from typing import NamedTuple

from clinic.lists.reading.index_runs import IndexRun


class Grade(NamedTuple):
    """Index runs that are asked for together, once those before have come to less than a page.

    Each of `if_fewer` belongs to the list only where the grades before have fewer rows than its number. With `more`
    another grade follows, which is not asked for where a page of a large table is full.
    """

    runs: tuple[IndexRun, ...]
    if_fewer: tuple[tuple[int, tuple[IndexRun, ...]], ...] = ()
    more: bool = False

    def after(self, counted: int) -> tuple[IndexRun, ...]:
        more = [run for number, runs in self.if_fewer if counted < number for run in runs]
        return (*self.runs, *more)

    def numbers(self, counted: int, first: int) -> list[int]:
        """The numbers of these among all runs that the list could ever have, of which its own begin at `first`."""
        at = first + len(self.runs)
        numbers = list(range(first, at))
        for number, runs in self.if_fewer:
            numbers += range(at, at + len(runs)) if counted < number else ()
            at += len(runs)
        return numbers

    @property
    def size(self) -> int:
        return len(self.runs) + sum(len(runs) for _, runs in self.if_fewer)
