"""One question of an instrument as data: its kind, its answers, and when it is asked."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from operator import ge, gt, le, lt

from clinic.text.numbers import number_shown

Number = int | Decimal
# What is stored of one question: an option's points or code, a number, a text or day, yes or no, several options.
Answer = Number | str | bool | tuple[Number | str, ...]
SEXES = ("female", "male", "other", "unknown")
ONE, SEVERAL, NUMBER, TEXT, DATE, YES_NO = "one", "several", "number", "text", "date", "yes_no"
KINDS = (ONE, SEVERAL, NUMBER, TEXT, DATE, YES_NO)
WITH_OPTIONS = (ONE, SEVERAL)
# Kinds that can add points.
WITH_POINTS = (ONE, NUMBER)
LARGEST = 99_999  # a measurement without limits of its own lies between this and its negative
COMPARISONS: dict[str, Callable[[Number, Number], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
OPERATORS = ("=", "!=", *COMPARISONS, "exists")


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen. `code` tells it apart where another has equal points."""

    points: Number
    text: str
    loinc: str = ""
    code: str = ""


@dataclass(frozen=True)
class Row:
    """Values from `low` to `high`, both included, have `points`."""

    low: Number
    high: Number
    points: Number


@dataclass(frozen=True)
class Table:
    """The rows of a measurement that count while other items have the responses in `when`."""

    rows: tuple[Row, ...]
    when: Mapping[str, Number] = field(default_factory=dict)

    def fits(self, values: Mapping[str, Answer]) -> bool:
        return all(values.get(code) == points for code, points in self.when.items())

    def points_of(self, value: Number) -> Number:
        return next(row.points for row in self.rows if row.low <= value <= row.high)


@dataclass(frozen=True)
class Measure:
    """A number that is measured: its unit, its limits and its decimals."""

    unit: str
    minimum: Number
    maximum: Number
    decimals: int
    tables: tuple[Table, ...]
    ucum: str = ""

    @property
    def limits(self) -> str:
        """From where to where it goes, in words; empty if neither end has a limit of its own."""
        low, high = number_shown(self.minimum), number_shown(self.maximum)
        if self.maximum == LARGEST:
            return "" if self.minimum == -LARGEST else f"{low} or more"
        return f"{high} or less" if self.minimum == -LARGEST else f"{low} to {high}"


@dataclass(frozen=True)
class Condition:
    """What an earlier item is compared with, by an operator of FHIR's `enableWhen`.

    An item without a response meets `!=` and `exists` false, and nothing else.
    """

    item: str
    operator: str
    answer: Answer

    @property
    def met_open(self) -> bool:
        return self.operator == "!=" or (self.operator == "exists" and self.answer is False)

    def met_by(self, item: "Item") -> frozenset[Answer]:
        """The answers of the item that meet the condition."""
        if self.operator == "exists":
            return frozenset(item.answers if self.answer is True else ())
        if (compare := COMPARISONS.get(self.operator)) is None:
            wanted = item.stored(self.answer)
            return frozenset(each for each in item.answers if (each == wanted) == (self.operator == "="))
        limit = self.answer
        if not isinstance(limit, int | Decimal):
            return frozenset()
        return frozenset(value for value, option in item.by_value.items() if compare(option.points, limit))


@dataclass(frozen=True)
class AskedIf:
    """When an item is asked: with `anyone` one condition that is met is enough, else all must be.

    Where it is not asked it counts as `counts_as` points; with None it does not count at all.
    """

    conditions: tuple[Condition, ...]
    anyone: bool = False
    counts_as: Number | None = None

    @property
    def behaviour(self) -> str:
        return "any" if self.anyone else "all"


@dataclass(frozen=True)
class Item:
    """One question, of a kind. Of the kind "one" the response is an option, of "number" the number measured.

    `source` is "age" if the patient's age is the response and nobody is asked. `sexes` are those who are asked.
    """

    code: str
    text: str
    kind: str = ONE
    options: tuple[Option, ...] = ()
    measure: Measure | None = None
    scored: bool = True
    weight: Number = 1
    sexes: tuple[str, ...] = SEXES
    source: str = ""
    hint: str = ""
    loinc: str = ""
    asked_if: AskedIf | None = None

    @cached_property
    def by_value(self) -> dict[Answer, Option]:
        """The options by what is stored for them: their points, or their codes if two have equal points."""
        by_points: dict[Answer, Option] = {option.points: option for option in self.options}
        if len(by_points) == len(self.options):
            return by_points
        return {option.code: option for option in self.options}

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """Every answer of a question that takes one of a list; empty for any other."""
        if self.kind == YES_NO:
            return (True, False)
        return tuple(self.by_value) if self.kind == ONE else ()

    @cached_property
    def text_of(self) -> dict[Answer, str]:
        return {value: option.text for value, option in self.by_value.items()}

    def stored(self, answer: Answer) -> Answer:
        """What is stored for an answer: an option may be named by its code, or by points that no other has.

        A text is NFC, with plain line ends and without white space around it.
        """
        if isinstance(answer, tuple):
            return tuple(self._stored_option(each) for each in answer)
        if self.kind == TEXT and isinstance(answer, str):
            return unicodedata.normalize("NFC", answer).replace("\r\n", "\n").strip()
        return answer if self.kind != ONE or isinstance(answer, bool) else self._stored_option(answer)

    def _stored_option(self, named: Number | str) -> Number | str:
        same = [
            value
            for value, option in self.by_value.items()
            if named == (option.code if isinstance(named, str) else option.points)
        ]
        found = same[0] if len(same) == 1 and named != "" else named
        return found if isinstance(found, int | Decimal | str) else named

    def amount(self, answer: Answer) -> Number:
        """The points of an option, without the item's weight, or the number measured."""
        if isinstance(answer, bool | tuple):
            return 0
        if self.kind == ONE:
            return self.by_value[answer].points
        return 0 if isinstance(answer, str) else answer

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        return self.measure.tables if self.measure is not None else ()

    @cached_property
    def lowest(self) -> Number:
        return min(option.points * self.weight for option in self.options)

    @cached_property
    def highest(self) -> Number:
        return max(option.points * self.weight for option in self.options)

    @cached_property
    def reachable(self) -> tuple[Number, ...]:
        """Everything that this item can add: to the total if it is scored, to a subscale in any case."""
        unasked = self.asked_if.counts_as if self.asked_if is not None else None
        points = [option.points for option in self.options]
        points += [row.points for table in self.tables for row in table.rows]
        points += [unasked] if unasked is not None else []
        return tuple(number * self.weight for number in points)
