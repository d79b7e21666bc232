"""The assessments of each patient of a filled clinic: drawn with the patient, kept in little room, and read again when
the rows of the other tables are written."""

from array import array
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from clinic.demo.courses import LONGEST, drawn_course
from clinic.demo.patterns import (
    FROM_AGE,
    INSTRUMENTS,
    Pattern,
    definitions,
    free_patterns,
    scored_patterns,
    unfinished_patterns,
)

ADULT, YEAR = 18, 366
MOST = 250
ARCHIVED, OPEN, BY_LINK = 1, 2, 4  # marks of an assessment: archived, its alerts open, answered by a link
COUNTS = (0, 0.4, 0.7, 1, 1.3, 2.6)  # how many somebody has, of what everybody has on average
WITHOUT, SECOND, LEFT = 0.08, 1 / 3, 0.04  # shares: no instrument, two of them, the last one not finished


class Row(NamedTuple):
    """One assessment: how many days ago, what was answered, and its marks."""

    days_ago: int
    which: int
    pattern: Pattern
    mark: int

    @property
    def counts(self) -> bool:
        """Whether it is among its patient's results."""
        return self.pattern.counts and not self.mark & ARCHIVED


class History(NamedTuple):
    """A patient's assessments, oldest first. `pace` is the days of a schedule, 0 without one; `is_treated` says that
    episodes are recorded."""

    rows: list[Row]
    pace: int
    is_treated: bool

    @property
    def open_alerts(self) -> int:
        return sum(len(row.pattern.alerts) for row in self.rows if row.mark & OPEN)

    @property
    def last(self) -> Row | None:
        return next((row for row in reversed(self.rows) if row.counts), None)

    @property
    def by_instrument(self) -> dict[str, list[Row]]:
        """What counts, oldest first."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            if row.counts:
                found.setdefault(row.pattern.instrument, []).append(row)
        return found

    @property
    def scheduled(self) -> list[Row]:
        """What counts of the instrument of the schedule; empty without one."""
        return self.by_instrument[self.rows[0].pattern.instrument] if self.pace else []


class Histories:
    """What `draw` has drawn, patient by patient, and the patterns that it was drawn from."""

    def __init__(self, seed: int, *, patients: int, assessments: int) -> None:
        self.random = Random(f"{seed} histories")  # noqa: S311
        self.patterns: list[Pattern] = []
        known = definitions()
        self.free = [self._kept(patterns) for patterns in free_patterns(self.random).values()]
        self.scored = {name: self._kept(scored_patterns(self.random, each)) for name, each in known.items()}
        self.unfinished = {name: self._kept(unfinished_patterns(self.random, each)) for name, each in known.items()}
        self.patients_left, self.left = patients, assessments
        self.counts, self.paces, self.treated = array("B"), array("B"), array("B")
        self.days, self.drawn, self.marks = array("H"), array("H"), array("B")

    def __iter__(self) -> Iterator[History]:
        """Everything that was drawn, in its order."""
        at = 0
        for count, pace, treated in zip(self.counts, self.paces, self.treated, strict=True):
            drawn = zip(*(each[at : at + count] for each in (self.days, self.drawn, self.marks)), strict=True)
            rows = [Row(days, which, self.patterns[which], mark) for days, which, mark in drawn]
            yield History(rows, pace, bool(treated))
            at += count

    def draw(self, lived: int) -> History:
        """The history of the next patient, who has lived so many days."""
        history = self._drawn(lived)
        self.counts.append(len(history.rows))
        self.paces.append(history.pace)
        self.treated.append(history.is_treated)
        for row in history.rows:
            self.days.append(row.days_ago)
            self.drawn.append(row.which)
            self.marks.append(row.mark)
        return history

    def _drawn(self, lived: int) -> History:
        chance, kinds, count = self.random.random, self._kinds(lived), self._count()
        ranges = [self.scored[kind] for kind in kinds] or [self.random.choice(self.free)]
        longest = min(LONGEST, lived - (ADULT * YEAR if kinds else 0))
        course = drawn_course(self.random, -(-count // len(ranges)), longest)
        found = [(days, self._at(each, height)) for days, height in course.points for each in ranges][:count]
        if found and kinds and chance() < LEFT:
            last = kinds[(len(found) - 1) % len(kinds)]
            found[-1] = (found[-1][0], self.random.choice(self.unfinished[last]))
        rows = [self._marked(*each) for each in found]
        keeps_on = chance() < (0.75 if course.is_ongoing else 0.05)
        scheduled = keeps_on and any(row.counts and row.pattern.instrument == kinds[0] for row in rows if kinds)
        return History(rows, course.pace if scheduled else 0, bool(rows and kinds) and chance() < 0.3)

    def _count(self) -> int:
        """How many the patient has; those of all come to what is wanted."""
        chance = self.random.random
        wanted = int(self.left / self.patients_left * COUNTS[int(chance() * len(COUNTS))] + chance())
        count = min(self.left if self.patients_left == 1 else wanted, self.left, MOST)
        self.patients_left, self.left = self.patients_left - 1, self.left - count
        return count

    def _kinds(self, lived: int) -> list[str]:
        """The instruments that the patient answers; empty for children, and for some whose clinic uses none."""
        if lived < ADULT * YEAR + 100 or self.random.random() < WITHOUT:
            return []
        may = [name for name in INSTRUMENTS if lived - LONGEST > FROM_AGE.get(name, 0) * YEAR]
        first, second = self.random.choices(may, [INSTRUMENTS[name] for name in may], k=2)
        return [first, second] if first != second and self.random.random() < SECOND else [first]

    def _at(self, each: range, height: float) -> int:
        place = min(0.999, max(0.0, height + self.random.gauss(0, 0.03)))
        return each[int(place * len(each))]

    def _marked(self, days: int, which: int) -> Row:
        chance, pattern, mark = self.random.random, self.patterns[which], 0
        if pattern.alerts and chance() < (0.35 if days <= 21 else 0.003):
            mark |= OPEN
        elif not pattern.alerts and chance() < 0.01:
            mark |= ARCHIVED
        if pattern.is_made and pattern.instrument and chance() < 0.05:
            mark |= BY_LINK
        return Row(days, which, pattern, mark)

    def _kept(self, patterns: list[Pattern]) -> range:
        self.patterns.extend(patterns)
        return range(len(self.patterns) - len(patterns), len(self.patterns))
