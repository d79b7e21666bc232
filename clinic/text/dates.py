"""Dates as people type them."""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
NUMERIC = re.compile(r"(?P<d>\d{1,2})[./ -](?P<m>\d{1,2})[./ -](?P<y>\d{2,4})")
DAY_FIRST = re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<m>[a-z]{3,9})\.?,? (?P<y>\d{2,4})")
MONTH_FIRST = re.compile(r"(?P<m>[a-z]{3,9})\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{2,4})")
HINT = "Write day, month and year, such as 12 March 1961 or 12/3/1961."


def written(day: date) -> str:
    """A date as our fields are filled with it, "12 March 1961": what `parse_date` reads, in every language."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def month_number(text: str) -> int:
    if text.isdigit():
        return int(text)
    found = [number for number, month in enumerate(MONTHS, start=1) if month.startswith(text)]
    if text == "sept":
        found = [9]
    if len(found) != 1:
        raise ValidationError(f"“{text}” is not a month. {HINT}", code="invalid")
    return found[0]


def parse_date(text: str) -> date:
    """The date that `text` names, day before month; raises ValidationError saying what is wrong with it."""
    plain = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    for pattern in (ISO, NUMERIC, DAY_FIRST, MONTH_FIRST):
        if match := pattern.fullmatch(plain):
            break
    else:
        raise ValidationError(f"This is not a date we can read. {HINT}", code="invalid")
    if len(match["y"]) != 4:
        raise ValidationError("Write the year with four digits.", code="invalid")
    try:
        return date(int(match["y"]), month_number(match["m"]), int(match["d"]))
    except ValueError as error:
        raise ValidationError("There is no such day in the calendar.", code="invalid") from error
