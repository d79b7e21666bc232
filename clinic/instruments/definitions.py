"""An instrument as data. Nothing here reads files, scores or writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db.models import TextChoices

from clinic.instruments.change import Change
from clinic.instruments.texts.parts import Display, Exchange, Translation

Number = int | Decimal
SEXES = ("female", "male", "other", "unknown")
# The sexes that published rules name. For any other sex every rule is tried, and a result is what they agree on.
RULED_SEXES = ("female", "male")
ENGLISH = "en"


class AssessmentType(TextChoices):
    COGNITIVE_STATUS = "cognitive_status", "Cognitive status"
    PHYSICAL = "physical", "Physical"
    MENTAL_HEALTH = "mental_health", "Mental health"
    FUNCTIONAL_ABILITY = "functional_ability", "Functional ability"
    SOCIAL_SUPPORT = "social_support", "Social support"
    OTHER = "other", "Other"


@dataclass(frozen=True)
class Option:
    points: Number
    text: str
    loinc: str = ""


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

    def fits(self, values: Mapping[str, Number]) -> bool:
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


@dataclass(frozen=True)
class Item:
    """One question. With `options` the response is the points of one of them; with `measure` it is the number measured.

    `source` is "age" if the patient's age is the response and nobody is asked. `sexes` are those who are asked.
    """

    code: str
    text: str
    options: tuple[Option, ...] = ()
    measure: Measure | None = None
    scored: bool = True
    weight: Number = 1
    sexes: tuple[str, ...] = SEXES
    source: str = ""
    hint: str = ""
    loinc: str = ""

    @cached_property
    def choices(self) -> frozenset[Number]:
        return frozenset(option.points for option in self.options)

    @cached_property
    def text_of(self) -> dict[Number, str]:
        return {option.points: option.text for option in self.options}

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        return self.measure.tables if self.measure is not None else ()

    @cached_property
    def lowest(self) -> Number:
        return min(self.reachable)

    @cached_property
    def highest(self) -> Number:
        return max(self.reachable)

    @cached_property
    def reachable(self) -> tuple[Number, ...]:
        """Everything that this item can add: to the total if it is scored, to a subscale in any case."""
        if self.measure is None:
            return tuple(option.points * self.weight for option in self.options)
        return tuple(row.points * self.weight for table in self.measure.tables for row in table.rows)


@dataclass(frozen=True)
class Section:
    """Items under one heading. With `highest` only the item with the most points counts."""

    title: str
    items: tuple[str, ...]
    highest: bool = False


@dataclass(frozen=True)
class Subscale:
    """A sum over some items. With `needs` it is also a criterion: that many items have `at_least` points."""

    code: str
    title: str
    items: tuple[str, ...]
    at_least: Number | None = None
    needs: int = 0


@dataclass(frozen=True)
class Band:
    """Totals from `low` to `high`. `severity` goes from 0 (minimal) to 4 (strongest); None is no illness at all.

    `sex` limits the band to the rule for that sex. With `peak` it replaces another band if one item alone has that many
    points.
    """

    low: Number
    high: Number
    word: str
    severity: int | None
    sex: str = ""
    peak: Number | None = None

    @property
    def rank(self) -> int:
        """The severity as a number to compare: no illness is below the least."""
        return -1 if self.severity is None else self.severity

    def stands_for(self, other: "Band") -> bool:
        """Whether this band replaces the other if one item alone has `peak` points."""
        if self.peak is None or other.peak is not None or self.sex not in ("", other.sex):
            return False
        return self.low <= other.low and other.high <= self.high


@dataclass(frozen=True)
class Cutoff:
    """Totals from `positive_from` are positive; those from `uncertain_from` to there are in a published range."""

    positive_from: Number
    uncertain_from: Number | None = None
    sex: str = ""


@dataclass(frozen=True)
class AlertRule:
    """What raises an alert: an item of `at_least` points, a band, or any item of `peak` points."""

    code: str
    text: str
    severity: int
    item: str = ""
    at_least: Number = 0
    band: str = ""
    peak: Number | None = None


@dataclass(frozen=True)
class Definition:
    """One version of an instrument. `low` and `high` are the least and the most that its total can be."""

    id: str
    version: str
    title: str
    name: str
    type: str
    answered_by: str
    instruction: str
    source: str
    licence: str
    licence_class: str
    items: tuple[Item, ...]
    low: Number
    high: Number
    rule: str = "sum"
    multiply: Number = 1
    sections: tuple[Section, ...] = ()
    subscales: tuple[Subscale, ...] = ()
    pattern: str = ""
    bands: tuple[Band, ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    change: Change = field(default_factory=Change)
    youngest: int | None = None
    oldest: int | None = None
    sexes: tuple[str, ...] = SEXES
    caution: str = ""
    note: str = ""
    panel_loinc: str = ""
    total_loinc: str = ""
    translations: Mapping[str, Translation] = field(default_factory=dict)
    displays: tuple[Display, ...] = ()
    exchange: Exchange = field(default_factory=Exchange)

    @property
    def key(self) -> tuple[str, str]:
        return self.id, self.version

    @property
    def score_range(self) -> tuple[Number, Number] | None:
        return (self.low, self.high) if self.rule != "none" else None

    @cached_property
    def by_code(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    @cached_property
    def controls(self) -> frozenset[str]:
        """The codes of items whose responses decide how others count."""
        measures = [item.measure for item in self.items if item.measure is not None]
        return frozenset(code for measure in measures for table in measure.tables for code in table.when)

    @cached_property
    def _asked(self) -> dict[str, tuple[Item, ...]]:
        return {sex: tuple(item for item in self.items if sex in item.sexes) for sex in SEXES}

    def asked(self, sex: str) -> tuple[Item, ...]:
        """The items for a person of that sex, in their order, with those that the record answers."""
        return self._asked[sex]

    def drawn(self, sex: str, responses: Mapping[str, object]) -> tuple[Item, ...]:
        """The items of `asked` and those with a response; for an unknown sex ("") the items that all are asked."""
        sexes = {sex} if sex else set(SEXES)
        return tuple(item for item in self.items if sexes.issubset(item.sexes) or responses.get(item.code) is not None)

    @cached_property
    def by_sex(self) -> bool:
        """Whether the sex decides which items are asked or what a total means."""
        ruled = [*(band.sex for band in self.bands), *(cutoff.sex for cutoff in self.cutoffs)]
        return any(ruled) or any(len(item.sexes) < len(SEXES) for item in self.items)

    @cached_property
    def by_age(self) -> bool:
        """Whether the age counts towards the total."""
        return any(item.source == "age" for item in self.items)

    @cached_property
    def _counted(self) -> dict[str, tuple[Item, ...]]:
        return {
            sex: tuple(item for item in items if item.scored or item.code in self.controls)
            for sex, items in self._asked.items()
        }

    def counted(self, sex: str) -> tuple[Item, ...]:
        """The items of `asked` that must have a response before there is a total."""
        return self._counted[sex]

    @cached_property
    def languages(self) -> tuple[str, ...]:
        return (ENGLISH, *self.translations)

    def refusal(self, *, sex: str, age: int | None) -> str:
        """Why a person must not be asked, as a sentence; else empty. An unknown age refuses nobody."""
        if sex in RULED_SEXES and sex not in self.sexes:
            return f"{self.title} is not made for {sex} patients."
        if age is not None and self.youngest is not None and age < self.youngest:
            return f"{self.title} is not made for anybody under {self.youngest} years."
        if age is not None and self.oldest is not None and age > self.oldest:
            return f"{self.title} is not made for anybody over {self.oldest} years."
        return ""
