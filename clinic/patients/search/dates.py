"""Dates of birth as people type them into a search: any spelling, two figures of a year, a month, only a year."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.text.dates import CENTURY, MONTH, MONTHS, Range, parse_days, without_about, without_accents
from clinic.text.signs import plain

SHORT_YEAR = re.compile(r"(.*\D)(\d\d)")
NUMERIC = re.compile(r"(\d{1,2})([./ -])(\d{1,2})\2(\d{4})")
YEAR = re.compile(r"\d{4}\b")
MOST_WORDS = 5  # "12 de marzo de 1961"


def birth_ranges(text: str) -> list[Range]:
    """The days that `text` can mean as a date of birth, the first and the last of each; none where it is no date."""
    found = [days for spelling in _spellings(without_about(text)[0]) if (days := _days(spelling)) is not None]
    return list(dict.fromkeys(found))


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


def dated(text: str) -> tuple[str, list[Range]]:
    """A name and the date of birth before or behind it, told apart: "Ana García 1961"; no days where there is none.

    "Julio 1961" is a name and a year, and may be a month as well.
    """
    if birth_ranges(text):
        return _month_as_name(text)
    words = text.replace(",", ", ").split()
    for count in range(MOST_WORDS, 0, -1):
        for part, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            name = " ".join(rest).strip(" ,")
            if name and not re.search(r"\d", name) and (days := birth_ranges(" ".join(part))):
                return name, days
    return text, []


def _month_as_name(text: str) -> tuple[str, list[Range]]:
    """The month of another language as a name, with the year; an English one, or a day, is no name."""
    found = MONTH.fullmatch(without_accents(plain(text)))
    if found is None or not found["m"] or any(month.startswith(found["m"]) for month in MONTHS):
        return text, []
    year = int(found["y"])
    return plain(text)[: found.end("m")], [(date(year, 1, 1), date(year, 12, 31))]
