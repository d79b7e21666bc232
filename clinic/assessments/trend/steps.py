"""The trend of a patient on one instrument: the change since the first total and since the last one.

`clinic/instruments/change.py` has what change means. Only an instrument whose file says it has marks: for others a
lower total is not better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic.instruments.change import Change
from clinic.instruments.definitions import Number


@dataclass(frozen=True)
class Reading:
    """One scored assessment. `severity` is None if the instrument has no bands."""

    day: date
    total: Number
    band: str = ""
    severity: int | None = None
    url: str = ""


@dataclass(frozen=True)
class Step:
    """A reading and its differences from earlier ones: None for the first, negative for a fall."""

    reading: Reading
    since_first: Number | None
    since_last: Number | None
    is_response: bool
    is_remission: bool
    reliable: str

    @property
    def marks(self) -> list[str]:
        """The marks of this step in the chart and the table, in words."""
        named = (("Response", self.is_response), ("Remission", self.is_remission), (self.reliable, self.reliable))
        return [word for word, holds in named if holds]


def trend_steps(readings: Sequence[Reading], change: Change) -> list[Step]:
    """Compare each reading with those before it; `readings` come oldest first."""
    return [_step(readings, index, change) for index in range(len(readings))]


def _step(readings: Sequence[Reading], index: int, change: Change) -> Step:
    first, reading = readings[0].total, readings[index]
    return Step(
        reading=reading,
        since_first=reading.total - first if index else None,
        since_last=reading.total - readings[index - 1].total if index else None,
        is_response=change.is_response(first, reading.total),
        is_remission=change.is_remission(first, reading.total),
        reliable=_reliable(first, reading.total, change),
    )


def _reliable(first: Number, later: Number, change: Change) -> str:
    if not change.is_reliable(first, later):
        return ""
    return "Reliably better" if later < first else "Reliably worse"


def from_the_start(first: Number, change: Change) -> str:
    """Say of a first total below the case threshold why no later one is called response or remission; else empty."""
    if change.case_from is None or change.is_case(first):
        return ""
    return (
        f"Below the threshold from the start: the first total, {first}, is under {change.case_from}, "
        "so a lower one is neither response, remission nor recovery."
    )
