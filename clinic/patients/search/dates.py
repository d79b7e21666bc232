"""Dates of birth as people type them into a search: any spelling, two figures of a year, a month, only a year."""

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.text.dates import month_number, parse_date

YEAR = re.compile(r"(?:18|19|20)\d\d")
PACKED = re.compile(r"\d{8}")
SHORT_YEAR = re.compile(r"(.*\D)(\d\d)")
NUMERIC = re.compile(r"(\d{1,2})([./ -])(\d{1,2})\2(\d{4})")
BACKWARDS = re.compile(r"(\d{4})[./ ](\d{1,2})[./ ](\d{1,2})")
MONTH = re.compile(r"(?:(?P<m>[a-z]{3,9})\.?|(?P<n>\d{1,2})[./-]) ?(?P<y>(?:18|19|20)\d\d)")

Range = tuple[date, date]


def birth_ranges(text: str) -> list[Range]:
    """The days that `text` can mean as a date of birth, the first and the last of each; none where it is no date."""
    plain = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    if YEAR.fullmatch(plain):
        return [(date(int(plain), 1, 1), date(int(plain), 12, 31))]
    if month := MONTH.fullmatch(plain):
        return _month(month)
    found = [day for spelling in _spellings(plain) if (day := _day(spelling)) is not None]
    return [(day, day) for day in dict.fromkeys(found)]


def _month(found: re.Match[str]) -> list[Range]:
    try:
        year, month = int(found["y"]), month_number(found["m"] or found["n"])
        first = date(year, month, 1)
    except (ValidationError, ValueError):
        return []
    return [(first, first + timedelta(days=monthrange(year, month)[1] - 1))]


def _spellings(plain: str) -> list[str]:
    """The text as `parse_date` reads it: with a whole year, day before month and, where that fails, the reverse."""
    if PACKED.fullmatch(plain):
        return [f"{plain[4:]}-{plain[2:4]}-{plain[:2]}", f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"]
    if backwards := BACKWARDS.fullmatch(plain):
        return ["-".join(backwards.groups())]
    if (short := SHORT_YEAR.fullmatch(plain)) and re.search(r"\d", short[1]) and not YEAR.match(plain):
        now = timezone.localdate().year % 100
        centuries = ("20", "19") if int(short[2]) <= now else ("19",)
        return [f"{short[1]}{century}{short[2]}" for century in centuries]
    if (numeric := NUMERIC.fullmatch(plain)) and int(numeric[3]) > 12:
        return [f"{numeric[4]}-{numeric[1]}-{numeric[3]}"]
    return [plain]


def _day(spelling: str) -> date | None:
    try:
        return parse_date(spelling)
    except ValidationError:
        return None


def dated(text: str) -> tuple[str, list[Range]]:
    """A name and the date of birth before or behind it, told apart: "Ana García 1961"; no days where there is none."""
    words = text.replace(",", " ").split() if not birth_ranges(text) else []
    for count in (3, 2, 1):
        for part, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            name = " ".join(rest)
            if name and not re.search(r"\d", name) and (days := birth_ranges(" ".join(part))):
                return name, days
    return text, []
