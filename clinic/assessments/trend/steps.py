"""The trend of a patient on one instrument: the change since the baseline and since the last total.

The baseline is the first total of the period that a total is in (`clinic/assessments/record/periods.py`);
`clinic/instruments/change.py` has what change means. Only an instrument whose file says it has marks: for others a
lower total is not better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from clinic.assessments.record.periods import Period
from clinic.instruments.change import Change
from clinic.instruments.items.parts import Number
from clinic.text.numbers import number_shown


@dataclass(frozen=True)
class Reading:
    """One scored assessment. `severity` is None if the instrument has no bands."""

    day: date
    total: Number
    band: str = ""
    severity: int | None = None
    url: str = ""


@dataclass(frozen=True)
class Baseline:
    """The first reading of a period."""

    period: Period
    reading: Reading


@dataclass(frozen=True)
class Step:
    """A reading and its differences from earlier ones: None for the first of all or of a period, negative for a fall.

    `baseline` is None for a reading outside every period. `since_first` is the difference from the baseline.
    """

    reading: Reading
    baseline: Baseline | None
    since_first: Number | None
    since_last: Number | None
    is_response: bool
    is_remission: bool
    is_recovery: bool
    reliable: str

    @property
    def marks(self) -> list[str]:
        """The marks of this step in the chart and the table, in words. Recovery with a reliable change is one mark."""
        recovered = ("Reliably recovered" if self.reliable else "Recovered") if self.is_recovery else self.reliable
        named = (("Response", self.is_response), ("Remission", self.is_remission), (recovered, recovered))
        return [word for word, holds in named if holds]

    @property
    def means(self) -> str:
        """How the chart marks this step: marks differ by more than colour."""
        return "remission" if self.is_remission else "response" if self.is_response else "total"


def trend_steps(readings: Sequence[Reading], change: Change, baselines: Sequence[Baseline]) -> list[Step]:
    """Compare each reading with the one before it and with the baseline of its period; `readings` come oldest first."""
    return [_step(readings, index, change, baselines) for index in range(len(readings))]


def _step(readings: Sequence[Reading], index: int, change: Change, baselines: Sequence[Baseline]) -> Step:
    reading = readings[index]
    baseline = next((each for each in baselines if each.period.holds(reading.day)), None)
    since_last = reading.total - readings[index - 1].total if index else None
    if baseline is None:
        return Step(reading, None, None, since_last, False, False, False, "")
    first = baseline.reading.total
    return Step(
        reading=reading,
        baseline=baseline,
        since_first=None if reading == baseline.reading else reading.total - first,
        since_last=since_last,
        is_response=change.is_response(first, reading.total),
        is_remission=change.is_remission(first, reading.total),
        is_recovery=change.is_recovery(first, reading.total),
        reliable=_reliable(first, reading.total, change),
    )


def _reliable(first: Number, later: Number, change: Change) -> str:
    if not change.is_reliable(first, later):
        return ""
    return "Reliably better" if later < first else "Reliably worse"


def measured_from(steps: Sequence[Step]) -> str:
    """Say what the last total is compared with. A single total of somebody without an episode needs no sentence."""
    baseline = steps[-1].baseline
    if baseline is None:
        return "The last total is in no episode of treatment, so nothing is said of change."
    first = f"the first total, {number_shown(baseline.reading.total)} on {date_format(baseline.reading.day, 'j M Y')}"
    if baseline.period.start is not None:
        return f"Change is since {first}, in the episode that started {date_format(baseline.period.start, 'j M Y')}."
    return f"Change is since {first}, until an episode of treatment is started." if len(steps) > 1 else ""


def explained(steps: Sequence[Step], change: Change) -> list[str]:
    """Say in sentences what the last total means beside its baseline; empty if nothing is published of it."""
    last = steps[-1]
    if last.baseline is None:
        return []
    first = last.baseline.reading.total
    said = [
        (from_the_start(first, change), True),
        (f"Response: the last total is at most half of the first, {number_shown(first)}.", last.is_response),
        (f"Remission: below {change.remission_below}.", last.is_remission),
        (f"Recovered: below the threshold of {change.case_from}{_and_reliable(last, change)}.", last.is_recovery),
        (f"{last.reliable}: {change.reliable} points or more from the first.", last.reliable and not last.is_recovery),
    ]
    return [sentence for sentence, holds in said if sentence and holds]


def _and_reliable(last: Step, change: Change) -> str:
    if change.reliable is None:
        return ""
    if last.reliable:
        return f", and the change is reliable ({change.reliable} points or more)"
    return f", but the change is not reliable (less than {change.reliable} points)"


def from_the_start(first: Number, change: Change) -> str:
    """Say of a first total below the case threshold why no later one is called response or remission; else empty."""
    if change.case_from is None or change.is_case(first):
        return ""
    return (
        f"Below the threshold from the start: the first total, {number_shown(first)}, is under {change.case_from}, "
        "so a lower one is neither response, remission nor recovery."
    )
