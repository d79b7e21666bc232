"""The days of a drawing: the place of each as a share of the width, and what the axis below names."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.formats import date_format

MARGIN = 3.0  # percent of the width before the first day and after the last one
MOST_TICKS = 4
SHORT = 75  # days; the axis of fewer names days, of more months
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)


class Tick(NamedTuple):
    """What an axis names, and where."""

    at: float
    text: str


@dataclass(frozen=True)
class Days:
    """From the first to the last day that is drawn."""

    first: date
    last: date

    @property
    def span(self) -> int:
        return (self.last - self.first).days

    def share(self, day: date, part: float | None = None) -> float:
        """The place of a day, and of a part of it; a single day that has no parts is in the middle."""
        share = 0.5 if not self.span and part is None else ((day - self.first).days + (part or 0)) / (self.span + 1)
        return round(MARGIN + share * (100 - 2 * MARGIN), 2)

    @property
    def ticks(self) -> list[Tick]:
        """The first days of months, or, of a short time, its first and last day."""
        if self.span < SHORT:
            return self._named([self.first, self.last] if self.span else [self.first], "j M Y")
        months = range(self.first.year * 12 + self.first.month, self.last.year * 12 + self.last.month)
        starts = [date(month // 12, month % 12 + 1, 1) for month in months]
        for step in MONTHS:
            chosen = [day for day in starts if (day.year * 12 + day.month - 1) % step == 0]
            if 0 < len(chosen) <= MOST_TICKS:
                return self._named(chosen, "M Y")
        return self._named([self.first, self.last], "Y")

    def _named(self, days: list[date], form: str) -> list[Tick]:
        return [Tick(self.share(day), date_format(day, form)) for day in days]
