"""Score responses: pure functions over a definition and responses, exact in whole numbers and decimals.

`responses` maps item codes to answers as they are stored (`clinic.instruments.items`). None and a missing code both
mean no response. While an item that counts has no response there is no total, only the range in which it must lie and
the band that is certain. A response to an item that is not asked, because of what others are answered, does not count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from clinic.instruments.definitions import RULED_SEXES, AlertRule, Band, Definition, Subscale
from clinic.instruments.items import answers
from clinic.instruments.items.parts import Answer, Item, Number
from clinic.instruments.ranges import added, assignments, counted_ranges
from clinic.text.numbers import number_shown

Responses = Mapping[str, Answer | None]
Values = Mapping[str, Answer]

POSITIVE, NEGATIVE, UNCERTAIN = "positive", "negative", "uncertain"
# What stands for a band where there is a cut-off alone: the word, and the severity that screens with bands have.
SCREENS = {POSITIVE: ("Positive screen", 2), UNCERTAIN: ("Uncertain screen", 1), NEGATIVE: ("Negative screen", None)}


@dataclass(frozen=True)
class Refusal:
    """A response that cannot be: its item, and why in a sentence."""

    item: str
    message: str


@dataclass(frozen=True)
class Subscore:
    """The sum of a subscale with its range. `count` items reach its points; `met` says whether that is enough.

    `total` is None while one of its items has no response, and `met` is None while the responses leave it open.
    """

    code: str
    title: str
    total: Number | None
    low: Number
    high: Number
    count: int = 0
    met: bool | None = None


@dataclass(frozen=True)
class Result:
    """The result of responses. With `refusals` nothing was scored.

    `total` is None while an item that counts has no response; `low` and `high` then say where it must lie. `band` is
    the one that every possible total lies in, else None. `screen` stands for it where there is only a cut-off.
    `cutoff` is positive, negative, uncertain (in a published range, or by the rule of one sex but not of the other), or
    None while it is open. `aside` are the items with a response that does not count, because they are not asked.
    """

    total: Number | None = None
    low: Number | None = None
    high: Number | None = None
    answered: int = 0
    asked: int = 0
    band: Band | None = None
    cutoff: str | None = None
    screen: Band | None = None
    pattern: bool | None = None
    subscales: tuple[Subscore, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    notes: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    aside: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.refusals and self.answered == self.asked

    @property
    def severity(self) -> int | None:
        return None if self.band is None else self.band.severity

    @property
    def mark(self) -> Band | None:
        """What stands beside the score: the band, or what the cut-off says."""
        return self.band or self.screen

    @property
    def summary(self) -> str:
        """The number of responses and the total: "8 of 9 answered, total between 11 and 14, not scored"."""
        if self.refusals:
            return "Not scored: " + " ".join(refusal.message for refusal in self.refusals)
        answered = f"{self.answered} of {self.asked} answered"
        if self.low is None:
            return answered
        if self.total is None:
            return f"{answered}, total between {number_shown(self.low)} and {number_shown(self.high or 0)}, not scored"
        return f"{answered}, total {number_shown(self.total)}"


@dataclass(frozen=True)
class _Case:
    """One combination of the responses that decide how others count: the range, and the highest single item."""

    low: Number
    high: Number
    peak_low: Number
    peak_high: Number


def score(definition: Definition, responses: Responses, *, sex: str = "unknown", age: int | None = None) -> Result:
    """Score the responses of a person of that sex and age; see Result."""
    refusals = tuple(_refusals(definition, responses, sex))
    if refusals:
        return Result(asked=len(definition.counted(sex, {})), refusals=refusals)
    values = _values(definition, responses, age)
    ways = assignments(definition, values)
    counted = definition.counted(sex, values)
    aside = tuple(code for code in values if not any(code in way for way in ways))
    found = Result(answered=sum(item.code in values for item in counted), asked=len(counted), aside=aside)
    if definition.rule == "none":
        return replace(found, alerts=_alerts(definition, values, ways, (), None))
    cases = [_case(definition, sex, way) for way in ways]
    low, high = _plain(min(one.low for one in cases)), _plain(max(one.high for one in cases))
    possible, cutoff = _possible_bands(definition, cases, sex), _cutoff(definition, low, high, sex)
    band = possible[0] if len(possible) == 1 else None
    subscales = tuple(_subscore(definition, scale, values, ways, sex) for scale in definition.subscales)
    return replace(
        found,
        total=low if found.complete else None,
        low=low,
        high=high,
        band=band,
        cutoff=cutoff,
        screen=_screen(definition, cutoff),
        pattern=_pattern(subscales) if definition.pattern else None,
        subscales=subscales,
        alerts=_alerts(definition, values, ways, cases, band),
        notes=_notes(definition, possible, complete=found.complete) if len(possible) > 1 else (),
    )


def _refusals(definition: Definition, responses: Responses, sex: str) -> Iterable[Refusal]:
    for code, value in responses.items():
        item = definition.by_code.get(code)
        if item is None:
            yield Refusal(code, f"{definition.title} has no item {code}.")
        elif value is not None and (message := _refused(item, value, sex)):
            yield Refusal(code, message)


def _refused(item: Item, value: Answer, sex: str) -> str:
    if item.source:
        return f"Item {item.code} is taken from the patient's record."
    if sex not in item.sexes:
        return f"Item {item.code} is not asked of {sex} patients."
    return answers.refusal(item, value)


def _values(definition: Definition, responses: Responses, age: int | None) -> dict[str, Answer]:
    values = {code: value for code, value in responses.items() if value is not None}
    for item in definition.items:
        if item.source == "age" and age is not None and item.measure is not None:
            values[item.code] = min(max(age, item.measure.minimum), item.measure.maximum)
    return values


def _case(definition: Definition, sex: str, values: Values) -> _Case:
    ranges = counted_ranges(definition, (item for item in definition.asked(sex) if item.scored), values)
    low, high = added(ranges, definition.sections)
    peaks = ranges.values()
    return _Case(
        low * definition.multiply,
        high * definition.multiply,
        max((least for least, _ in peaks), default=0),
        max((most for _, most in peaks), default=0),
    )


def _plain(number: Number) -> Number:
    """Return a whole number as int, so that 5 is never shown as 5.0."""
    return int(number) if number == int(number) else number


def _possible_bands(definition: Definition, cases: Iterable[_Case], sex: str) -> list[Band]:
    """The bands in which the total may still lie. For another or an unknown sex the rules of both sexes count."""
    rules = (sex,) if sex in RULED_SEXES else RULED_SEXES
    found: list[Band] = []
    for case in cases:
        for band in definition.bands:
            if band.peak is not None or (band.sex and band.sex not in rules):
                continue
            if band.low <= case.high and case.low <= band.high:
                found += _replaced(definition, band, case)
    unique: dict[str, Band] = {band.word: band for band in found}
    return list(unique.values())


def _replaced(definition: Definition, band: Band, case: _Case) -> list[Band]:
    """The band, or the one that replaces it if a single item has many points, or both while that is open.

    A band that replaces another takes the sex of its rule.
    """
    for other in definition.bands:
        if other.peak is not None and other.stands_for(band):
            if case.peak_low >= other.peak:
                return [replace(other, sex=band.sex)]
            if case.peak_high >= other.peak:
                return [band, replace(other, sex=band.sex)]
    return [band]


def _cutoff(definition: Definition, low: Number, high: Number, sex: str) -> str | None:
    rules = (sex, "") if sex in RULED_SEXES else (*RULED_SEXES, "")
    cutoffs = [cutoff for cutoff in definition.cutoffs if cutoff.sex in rules]
    found = set()
    for cutoff in cutoffs:
        for total in (low, high):
            if total >= cutoff.positive_from:
                found.add(POSITIVE)
            elif cutoff.uncertain_from is not None and total >= cutoff.uncertain_from:
                found.add(UNCERTAIN)
            else:
                found.add(NEGATIVE)
    if len(found) == 1:
        return found.pop()
    return UNCERTAIN if found and low == high else None


def _screen(definition: Definition, cutoff: str | None) -> Band | None:
    """What the cut-off says, where the instrument has no bands."""
    if definition.bands or cutoff is None:
        return None
    word, severity = SCREENS[cutoff]
    return Band(definition.low, definition.high, word, severity)


def _subscore(definition: Definition, scale: Subscale, values: Values, ways: Iterable[Values], sex: str) -> Subscore:
    items = [item for code in scale.items if sex in (item := definition.by_code[code]).sexes]
    ranges = [list(counted_ranges(definition, items, way).values()) for way in ways]
    low, high = min(sum(least for least, _ in each) for each in ranges), max(sum(m for _, m in each) for each in ranges)
    whole = all(item.code in values or not definition.is_asked(item, way) for way in ways for item in items)
    total = low if whole and low == high else None
    if (least := scale.positive_from) is not None:
        met = True if low >= least else None if high >= least else False
        return Subscore(scale.code, scale.title, total, low, high, 0, met)
    if (points := scale.at_least) is None:
        return Subscore(scale.code, scale.title, total, low, high)
    sure = min(sum(1 for least, _ in each if least >= points) for each in ranges)
    possible = max(sum(1 for _, most in each if most >= points) for each in ranges)
    met = True if sure >= scale.needs else None if possible >= scale.needs else False
    return Subscore(scale.code, scale.title, total, low, high, sure, met)


def _pattern(subscales: Iterable[Subscore]) -> bool | None:
    """Whether every criterion is met; None while that is open."""
    met = [scale.met for scale in subscales]
    if False in met:
        return False
    return None if None in met else True


def _alerts(
    definition: Definition, values: Values, ways: Iterable[Values], cases: Iterable[_Case], band: Band | None
) -> tuple[AlertRule, ...]:
    """The alert rules that are met for certain, whatever the other responses will be.

    A response that may still turn out not to be asked for raises its alert.
    """
    peak = min((case.peak_low for case in cases), default=0)
    points = {
        code: definition.by_code[code].amount(value)
        for code, value in values.items()
        if any(code in way for way in ways)
    }
    return tuple(
        alert
        for alert in definition.alerts
        if (alert.item and alert.item in points and points[alert.item] >= alert.at_least)
        or (alert.band and band is not None and band.word == alert.band)
        or (alert.peak is not None and peak >= alert.peak)
    )


def _notes(definition: Definition, possible: Iterable[Band], *, complete: bool) -> tuple[str, ...]:
    """Why a complete assessment has no band: the rules of the sexes differ."""
    if not complete:
        return ()
    rules = ", ".join(f"{band.word} by the rule for {band.sex} patients" for band in possible)
    return (f"{definition.title}: {rules}. The patient's record does not say which rule counts.",)
