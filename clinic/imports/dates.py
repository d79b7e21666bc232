"""Dates of a column: which order their figures have, where that can be told, and what is to be asked where not."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from clinic.text.dates import written
from clinic.text.signs import plain

# Wherever they stand in what our readers take for a date: "~3/4/1961", "Mon 3/4/1961", "03041961", "3/4/1961 0:00".
FIGURES = re.compile(
    r"(?<![\d./-])(?:(\d{1,2}) ?[./ -] ?(\d{1,2}) ?[./ -] ?(\d{4})|(\d\d)(\d\d)((?:18|19|20)\d\d))(?!\d)"
)
TIME = re.compile(r"(?<=\d{4})[Tt ] ?\d{1,2}:\d{2}.*")
WITH_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ]\d{2}:\d{2}.*")
SERIAL = re.compile(r"[1-6]\d{4}")
EPOCH = date(1899, 12, 30)
EXAMPLES = 3
ORDERS = {"day": "The day comes first", "month": "The month comes first"}


@dataclass
class DateColumn:
    """What was seen of the dates of one column."""

    day_first: int = 0
    month_first: int = 0
    either: list[str] = field(default_factory=list)
    serials: list[str] = field(default_factory=list)

    def look(self, text: str) -> None:
        simple = plain(text)
        if SERIAL.fullmatch(simple):
            _note(self.serials, simple)
        elif found := figures(simple):
            one, two, _ = found
            self.day_first += one > 12 >= two
            self.month_first += two > 12 >= one
            if one <= 12 and two <= 12 and one != two:
                _note(self.either, simple)

    def order(self, said: str = "") -> str:
        """The order of the figures: what the column itself shows, else what was said; "" where it is to be asked."""
        if bool(self.day_first) != bool(self.month_first):
            return "day" if self.day_first else "month"
        return said if said in ORDERS else "" if self.either else "day"


def _note(examples: list[str], text: str) -> None:
    if len(examples) < EXAMPLES and text not in examples:
        examples.append(text)


def figures(text: str) -> tuple[int, int, int] | None:
    """The figures of a date of which either may be the day, and the year: (3, 4, 1961); None where there are none.

    A figure of noughts, as in "00/05/1980", is no day in any order: our readers refuse it as it stands.
    """
    found = FIGURES.search(text)
    if found is None:
        return None
    one, two, year = (int(part) for part in found.groups() if part)
    return (one, two, year) if one and two and year else None


def read_both(text: str) -> dict[str, str]:
    """What a date is either way, to be shown: {"day": "3 April 1980", "month": "4 March 1980"}."""
    found = figures(text)
    if found is None:
        return {}
    one, two, year = found
    return {"day": written(date(year, two, one)), "month": written(date(year, one, two))}


def in_one_order(text: str, order: str, *, serials: bool) -> str:
    """A date as text that our readers take for the day that is meant."""
    simple = plain(text)
    if found := WITH_TIME.fullmatch(simple):
        return found[1]
    if serials and SERIAL.fullmatch(simple):
        return (EPOCH + timedelta(days=int(simple))).isoformat()
    read = figures(simple)
    if read is None:
        return text
    one, two, year = read
    day, month = (two, one) if order == "month" else (one, two)
    return FIGURES.sub(f"{day}/{month}/{year}", TIME.sub("", simple), count=1)
