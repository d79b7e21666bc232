"""Dates of birth as people give them: exact, estimated, or only a year."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.patients.models import BirthPrecision, Patient
from clinic.text.dates import parse_date

ABOUT = re.compile(r"(?:about|around|approx\.?|circa|ca?\.?|~)\s*(?=\d)", re.IGNORECASE)
OLDEST = 130  # years; the oldest age on record is 122


def parse_birth_date(text: str) -> tuple[date, BirthPrecision]:
    """What `text` says: "12 March 1961", "about 12 March 1961", "1961" (its first of January stands for the year).

    Raises ValidationError for what is not a date, lies in the future or more than 130 years back.
    """
    text = " ".join(text.split())
    plain = ABOUT.sub("", text, count=1)
    if re.fullmatch(r"\d{4}", plain) and plain.isascii() and plain != "0000":
        born, precision = date(int(plain), 1, 1), BirthPrecision.YEAR
    else:
        born = parse_date(plain)
        precision = BirthPrecision.EXACT if plain == text else BirthPrecision.ESTIMATED
    return check_birth_date(born), precision


def check_birth_date(born: date) -> date:
    """The date itself; raises ValidationError when nobody alive can have been born then."""
    today = timezone.localdate()
    if born > today:
        raise ValidationError("This date of birth is in the future.", code="future")
    if born.year < today.year - OLDEST:
        raise ValidationError(f"This date of birth is more than {OLDEST} years back.", code="too_old")
    return born


def birth_date_echo(text: str, *, estimated: bool) -> str:
    """How `text` was understood: "12 March 1961, 65 years". Raises ValidationError as `parse_birth_date` does."""
    born, precision = parse_birth_date(text)
    if estimated and precision == BirthPrecision.EXACT:
        precision = BirthPrecision.ESTIMATED
    return Patient(date_of_birth=born, date_of_birth_precision=precision).birth_text
