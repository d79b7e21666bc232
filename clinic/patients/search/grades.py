"""From rules to a search: conditions, order and reasons come from each rule, and no patient is found twice."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Any

from django.db.models import Index, UniqueConstraint

from clinic.lists.reading.grades import Grade
from clinic.lists.reading.index_runs import ALL, DrivingTable, IndexRun, Sql, either
from clinic.lists.reading.selection import Grades, Search
from clinic.patients.search.conditions import KEY, both, contains_letters, each_begins, neither
from clinic.patients.search.typed import Typed


class Place(IntEnum):
    """How near what a rule finds is to what was typed. A place is asked when those before it fill no page."""

    FIGURES = 1
    NAME = 2
    ELSEWHERE = 3
    LAST = 4
    TWICE = 5


@dataclass(frozen=True, eq=False)
class Rule:
    """One way to find a patient.

    `typed` gives the values that it looks for: none where the text cannot be meant so. It finds the patients for whom
    `where` holds of `column` and such a value, which `index` answers, and shows them in the `order` of that index (of
    the column and the key, where none is given) with the `reason`, in which the value may stand as {}. The rest is for
    names:

    - `words` is the column with all words of the name that `column` is a part of. Rules of the same words find together
      whoever has each typed word among them, and this one condition replaces theirs in what follows.
    - With `few` the rule is asked only where the places before found fewer patients.
    - With `driving` the dictionary's words lead to the patients, and a reason can say such a `{word}`. Where no
      condition of the row's own holds for the same patients, `where` is None: then nobody else finds them again.
      Otherwise they are some of those who have the value inside `words`, whom another rule finds with them.
    """

    place: Place
    typed: Callable[[Typed], Sequence[Any]]
    where: Callable[[str, Any], Sql] | None
    column: str
    index: Index | UniqueConstraint
    reason: str = ""
    order: tuple[str, ...] = ()
    words: str = ""
    few: int = 0
    driving: Callable[[str, Any], DrivingTable] | None = None


class RunMaker:
    """Index runs in the making: the rows of one are left out of those after it.

    Of rules A, B and C come `A`, `B AND A IS NOT TRUE`, `C AND A IS NOT TRUE AND B IS NOT TRUE`.
    """

    def __init__(self, among: Sql = ALL, why: str = "") -> None:
        """Make runs of the rows for which `among` holds, which is a reason for each that has no other."""
        self.among, self.why = among, why
        self.conditions: list[Sql] = []
        self.words: list[str] = []  # of the rule that each condition is of
        self.certain = 0  # so many of the conditions are of rules that are asked however many rows are found

    def left(self) -> Sql:
        """What holds for the rows that nothing matched yet."""
        return both(self.among, neither(self.conditions))

    def add(
        self, condition: Sql, order: tuple[str, ...], reason: str = "", *, words: str = "", descending: bool = False
    ) -> IndexRun:
        """The rows that `condition` adds."""
        where = both(condition, self.left())
        self.leave_out(condition, words)
        why, told = Sql("%s", (reason or self.why,)), both(condition, self.among)
        return IndexRun(order=order, where=where, reason=why, descending=descending, told=told)

    def leave_out(self, condition: Sql, words: str = "") -> None:
        self.conditions.append(Sql(f"({condition.text})", condition.params))
        self.words.append(words)

    def sum_up(self, typed: str) -> None:
        """Replace the conditions of the rules of each name by one that holds for the same rows."""
        parts, names = zip(self.conditions, self.words, strict=True), dict.fromkeys(filter(None, self.words))
        self.conditions = [condition for condition, words in parts if not words]
        self.words = [""] * len(self.conditions)
        for words in names:
            self.leave_out(each_begins(words, typed))
        self.certain = len(self.conditions)

    def of(self, rule: Rule, typed: Typed) -> Iterator[IndexRun]:
        """The rows that a rule adds: those of each value that it looks for."""
        order = rule.order or (rule.column, KEY)
        for value in rule.typed(typed):
            found = rule.where(rule.column, value) if rule.where else None
            if rule.driving is None and found is not None:
                yield self.add(found, order, rule.reason.format(value), words=rule.words)
            elif rule.driving is not None:
                reason = (
                    Sql("%s || w.word", (rule.reason.removesuffix("{word}"),))
                    if rule.reason
                    else Sql("%s", (self.why,))
                )
                told = both(contains_letters(rule.words, value), self.among) if found is not None else None
                yield IndexRun(order, self.left(), reason=reason, driving=rule.driving(rule.column, value), told=told)
                if found is not None:
                    self.leave_out(found)


def search_by(rules: Sequence[Rule], typed: Typed, among: Sql, *, why: str = "") -> Search:
    """The search of the rules among some rows, of each of which `why` is told.

    Its grades are made as they are come to: the first one answers most searches.
    """
    maker = RunMaker(among, why)
    grades = Grades(_grades(rules, typed, maker))

    def found(*, few: bool) -> Sql:
        list(grades)  # which are made with their conditions
        return both(either(maker.conditions if few else maker.conditions[: maker.certain]), maker.among)

    return Search(grades, partial(found, few=False), partial(found, few=True))


def _grades(rules: Sequence[Rule], typed: Typed, maker: RunMaker) -> Iterator[Grade]:
    """A grade for each place of which some rule takes the text."""
    meant = [rule for rule in rules if rule.typed(typed)]
    for place in Place:
        here = [rule for rule in meant if rule.place is place]
        always = tuple(run for rule in here if not rule.few for run in maker.of(rule, typed))
        if place is Place.ELSEWHERE:  # by now a name was looked for wherever it can be
            maker.sum_up(" ".join(typed.words))
        few = [rule for rule in here if rule.few]
        found = {rule: tuple(maker.of(rule, typed)) for rule in sorted(few, key=lambda rule: rule.where is None)}
        if here:
            more = any(rule.place > place for rule in meant)
            yield Grade(always, tuple((rule.few, found[rule]) for rule in few), more)
