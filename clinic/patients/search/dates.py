"""Dates of birth as people type them into a search: any spelling, two figures of a year, a month, only a year, and a
birthday, which is a day of any year: "31/12", "31.12.", "31 Dec"."""

import re
from calendar import isleap
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.text.dates import CENTURY, MONTH, MONTHS, WORD, Range, parse_days, without_about, without_accents
from clinic.text.signs import plain

SHORT_YEAR = re.compile(r"(.*\D)(\d\d)")
NUMERIC = re.compile(r"(\d{1,2})([./ -])(\d{1,2})\2(\d{4})")
YEAR = re.compile(r"\d{4}\b")
DAY_AND_MONTH = re.compile(r"(\d{1,2}) ?([./-]) ?(\d{1,2})(?: ?\2)?")
ONE_NUMBER = re.compile(rf"(?=.*{WORD})\D*\b\d{{1,2}}(?!\d)\D*")
MOST_WORDS = 5  # "12 de marzo de 1961"
LEAP = 2000  # a year that has every day
EARLIEST = 1850  # nobody was born before who can have been registered


class Birthday(NamedTuple):
    """A day of a month, of whatever year."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1].capitalize()}"

    def dates(self) -> list[date]:
        """The day in every year in which somebody can have been born, the earliest first."""
        years = range(EARLIEST, timezone.localdate().year + 1)
        leap = (self.month, self.day) == (2, 29)
        return [date(year, self.month, self.day) for year in years if not leap or isleap(year)]


def birth_ranges(text: str) -> list[Range]:
    """The days that `text` can mean as a date of birth, the first and the last of each; none where it is no date.

    Two short numbers are a day and a month where the calendar has such a day, "12/03", or else a month and a year,
    "3/61".
    """
    if birthday_of(text):
        return []
    found = [days for spelling in _spellings(without_about(text)[0]) if (days := _days(spelling)) is not None]
    return list(dict.fromkeys(found))


def birthday_of(text: str) -> Birthday | None:
    """The day and month that `text` is, day before month and, where that fails, the reverse; None for anything else."""
    simple = without_about(text)[0]
    if found := DAY_AND_MONTH.fullmatch(simple):
        whole = f"{found[1]}/{found[3]}/{LEAP}"
    elif ONE_NUMBER.fullmatch(simple):
        whole = f"{simple.rstrip(' .')} {LEAP}"
    else:
        return None
    days = next(filter(None, map(_days, _spellings(whole))), None)
    return Birthday(days[0].month, days[0].day) if days and days[0] == days[1] else None


def _spellings(simple: str) -> list[str]:
    """The text as `parse_days` reads it: with a whole year, day before month and, where that fails, the reverse."""
    if (short := SHORT_YEAR.fullmatch(simple)) and re.search(r"\d", short[1]) and not YEAR.match(simple):
        now = timezone.localdate().year % 100
        centuries = ("20", "19") if int(short[2]) <= now else ("19",)
        return [f"{short[1]}{century}{short[2]}" for century in centuries]
    if (numeric := NUMERIC.fullmatch(simple)) and int(numeric[3]) > 12:
        return [f"{numeric[4]}-{numeric[1]}-{numeric[3]}"]
    return [simple]


def _days(spelling: str) -> Range | None:
    """What the spelling means; None for no date, and for a month or a year in which nobody alive was born."""
    try:
        first, last = parse_days(spelling)
    except ValidationError:
        return None
    return (first, last) if first == last or CENTURY.match(f"{first.year:04}") else None


def dated(text: str) -> tuple[str, list[Range], Birthday | None]:
    """A name and the date of birth or birthday before or behind it, told apart: "Ana García 1961", "garcia 31/12".

    There are no days, and no birthday, where there is none. "Julio 1961" is a name and a year, and may be a month as
    well.
    """
    if birth_ranges(text):
        return *_month_as_name(text), None
    if birthday_of(text):
        return text, [], None
    words = text.replace(",", ", ").split()
    for count in range(MOST_WORDS, 0, -1):
        for part, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            name = " ".join(rest).strip(" ,")
            if not name or re.search(r"\d", name):
                continue
            days, birthday = birth_ranges(" ".join(part)), birthday_of(" ".join(part))
            if days or birthday:
                return name, days, birthday
    return text, [], None


def _month_as_name(text: str) -> tuple[str, list[Range]]:
    """The month of another language as a name, with the year; an English one, or a day, is no name."""
    found = MONTH.fullmatch(without_accents(plain(text)))
    if found is None or not found["m"] or any(month.startswith(found["m"]) for month in MONTHS):
        return text, []
    year = int(found["y"])
    return plain(text)[: found.end("m")], [(date(year, 1, 1), date(year, 12, 31))]
