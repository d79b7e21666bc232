"""The trend of a patient on one instrument: the change since the first total and since the last one.

Response is a fall of at least half of the first total. Remission is a total under the instrument's threshold
(Psychiatric Services, doi 10.1176/appi.ps.201900295). Reliable change is a difference that the instrument's literature
gives. Only an instrument whose file says what change means has them: for others a lower total is not better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clinic.instruments.definitions import Change, Number

RESPONSE = 2  # a response divides the first total by at least this


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
    since_first = reading.total - first if index else None
    known = change.remission_below is not None or change.reliable is not None
    return Step(
        reading=reading,
        since_first=since_first,
        since_last=reading.total - readings[index - 1].total if index else None,
        is_response=known and bool(index) and first > 0 and reading.total * RESPONSE <= first,
        is_remission=change.remission_below is not None and reading.total < change.remission_below,
        reliable=_reliable(since_first, change),
    )


def _reliable(since_first: Number | None, change: Change) -> str:
    if since_first is None or change.reliable is None or abs(Decimal(since_first)) < change.reliable:
        return ""
    return "Reliably better" if since_first < 0 else "Reliably worse"
