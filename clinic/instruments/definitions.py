"""An instrument as data. Nothing here reads files, scores or writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.db.models import TextChoices

from clinic.instruments.change import Change
from clinic.instruments.items.parts import SEXES, Answer, Item, Number
from clinic.instruments.texts.parts import Display, Exchange, Translation
from clinic.text.numbers import number_shown

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
class Section:
    """Items under one heading. With `highest` only the item with the most points counts."""

    title: str
    items: tuple[str, ...]
    highest: bool = False


@dataclass(frozen=True)
class Subscale:
    """A sum over some items.

    It is also a criterion with `needs`: that many items have `at_least` points; or with `positive_from`: the least sum.
    """

    code: str
    title: str
    items: tuple[str, ...]
    at_least: Number | None = None
    needs: int = 0
    positive_from: Number | None = None


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


class Met(NamedTuple):
    """A condition by the answers themselves: those of the item that meet it, and whether no response does."""

    item: str
    answers: frozenset[Answer]
    without: bool

    def by(self, value: Answer | None) -> bool:
        return self.without if value is None else value in self.answers


@dataclass(frozen=True)
class Definition:
    """One version of an instrument. `low` and `high` are the least and the most that its total can be.

    It is the wording of `variant_of`, the id of another instrument, that is made for `countries`. After a positive
    screen the instrument `follow_up` is asked.
    """

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
    variant_of: str = ""
    countries: tuple[str, ...] = ()
    follow_up: str = ""
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

    @property
    def range_text(self) -> str:
        """From where to where totals go, in words."""
        return f"{number_shown(self.low)} to {number_shown(self.high)}" if self.rule != "none" else "Not scored"

    @cached_property
    def by_code(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    @cached_property
    def controls(self) -> frozenset[str]:
        """The codes of items whose responses decide how other items count, or whether they do."""
        found = {code for item in self.items for table in item.tables for code in table.when}
        counting = [item for item in self.items if item.code in self._adding or item.code in found]
        # Conditions name earlier items, so that one way from the last item to the first finds whole chains.
        for item in reversed(self.items):
            if item.asked_if is not None and (item in counting or item.code in found):
                found |= {condition.item for condition in item.asked_if.conditions}
        return frozenset(found)

    @cached_property
    def _adding(self) -> frozenset[str]:
        """The codes of items that add to the total or to a subscale."""
        if self.rule == "none":
            return frozenset()
        scored = {item.code for item in self.items if item.scored}
        return frozenset(scored.union(*(scale.items for scale in self.subscales)))

    @cached_property
    def asking(self) -> dict[str, tuple[Met, ...]]:
        """By code what must be met for an item to be asked, of those that are not always asked."""
        return {
            item.code: tuple(
                Met(each.item, each.met_by(self.by_code[each.item]), each.met_open) for each in item.asked_if.conditions
            )
            for item in self.items
            if item.asked_if is not None
        }

    def is_asked(self, item: Item, values: Mapping[str, Answer | None]) -> bool:
        """Whether the conditions of an item are met by the responses of the items before it that are asked."""
        if item.asked_if is None:
            return True
        met = (each.by(values.get(each.item)) for each in self.asking[item.code])
        return any(met) if item.asked_if.anyone else all(met)

    def settled(self, values: Mapping[str, Answer | None]) -> dict[str, Answer]:
        """The responses of items that are asked under the others; those of any other item do not count."""
        found = {code: value for code, value in values.items() if value is not None}
        for item in self.items:
            if item.code in found and not self.is_asked(item, found):
                del found[item.code]
        return found

    @cached_property
    def _of_sex(self) -> dict[str, tuple[Item, ...]]:
        return {sex: tuple(item for item in self.items if sex in item.sexes) for sex in SEXES}

    def asked(self, sex: str) -> tuple[Item, ...]:
        """The items for a person of that sex, in their order, with those that the record answers."""
        return self._of_sex[sex]

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
            sex: tuple(each for each in items if each.scored or each.code in self.controls or self.rule == "none")
            for sex, items in self._of_sex.items()
        }

    def counted(self, sex: str, responses: Mapping[str, Answer | None]) -> tuple[Item, ...]:
        """The items of `asked` that must have a response before there is a total, as far as they are asked now.

        Where nothing is scored these are all that are asked.
        """
        if not self.asking:
            return self._counted[sex]
        values = self.settled(responses)
        return tuple(item for item in self._counted[sex] if self.is_asked(item, values))

    @cached_property
    def languages(self) -> tuple[str, ...]:
        return (ENGLISH, *self.translations)

    @property
    def ages(self) -> str:
        """Who is asked by age, in words; empty for everybody."""
        if self.youngest is None:
            return "" if self.oldest is None else f"Up to {self.oldest} years"
        return f"From {self.youngest} years" + ("" if self.oldest is None else f" to {self.oldest}")

    def refusal(self, *, sex: str, age: int | None) -> str:
        """Why a person must not be asked, as a sentence; else empty. An unknown age refuses nobody."""
        if sex in RULED_SEXES and sex not in self.sexes:
            return f"{self.title} is not made for {sex} patients."
        if age is not None and self.youngest is not None and age < self.youngest:
            return f"{self.title} is not made for anybody under {self.youngest} years."
        if age is not None and self.oldest is not None and age > self.oldest:
            return f"{self.title} is not made for anybody over {self.oldest} years."
        return ""
