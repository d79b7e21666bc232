"""Where episodes of treatment start and end among the totals of a trend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from clinic.assessments.record.periods import Period
from clinic.assessments.trend.steps import Step


@dataclass(frozen=True)
class EpisodeMark:
    """The start or the end of an episode."""

    day: date
    is_end: bool = False

    def __str__(self) -> str:
        return f"Treatment {'ended' if self.is_end else 'started'} {date_format(self.day, 'j M Y')}"


def episode_marks(periods: Sequence[Period], steps: Sequence[Step]) -> list[EpisodeMark]:
    """The starts and ends that belong beside these steps, oldest first.

    Those are all from the first step on, and an earlier start whose baseline is among the steps: an episode that was
    over before, or began before the oldest total that is shown, would stretch the drawing.
    """
    first = steps[0].reading.day
    starts = {each.baseline.period.start for each in steps if each.baseline and each.reading == each.baseline.reading}
    found = [
        EpisodeMark(each.start)
        for each in periods
        if each.start is not None and (each.start >= first or each.start in starts)
    ]
    found += [EpisodeMark(each.end, True) for each in periods if each.end is not None and each.end >= first]
    return sorted(found, key=lambda mark: (mark.day, mark.is_end))


def newest_first(steps: Sequence[Step], marks: Sequence[EpisodeMark]) -> list[Step | EpisodeMark]:
    """The rows of the table. The days of its start and its end are within an episode."""
    rows: list[tuple[date, int, Step | EpisodeMark]] = [(each.reading.day, 1, each) for each in steps]
    rows += [(each.day, 2 if each.is_end else 0, each) for each in marks]
    return [row for *_, row in sorted(rows, key=lambda each: each[:2])][::-1]
