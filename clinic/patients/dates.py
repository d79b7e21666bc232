"""Dates of birth as people give them: exact, estimated, or only a month or a year."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.patients.models import BirthPrecision, Patient
from clinic.text.dates import Range, parse_days, without_about, written
from clinic.text.faults import Fault

NOT_KNOWN = frozenset({"unknown", "not known", "?", "unk", "n/k", "nk"})
OLDEST = 130  # years; the oldest age on record is 122


def parse_birth_date(text: str, *, estimated: bool = False) -> tuple[date | None, BirthPrecision]:
    """What `text` says: "12 March 1961", "about 1961", "not known". The first day stands for a month or a year.

    Raises ValidationError for what is not a date, lies in the future or more than 130 years back.
    """
    if text.strip().casefold() in NOT_KNOWN:
        return None, BirthPrecision.NOT_KNOWN
    rest, about = without_about(text)
    days = parse_days(rest)
    return check_birth_date(days[0]), precision_of(days, estimated=estimated or about)


def precision_of(days: Range, *, estimated: bool) -> BirthPrecision:
    """How well a date is known of which `days` are the first and the last."""
    (first, last) = days
    if first == last:
        return BirthPrecision.ESTIMATED if estimated else BirthPrecision.EXACT
    if (first.month, last.month) == (1, 12):
        return BirthPrecision.ABOUT_YEAR if estimated else BirthPrecision.YEAR
    return BirthPrecision.ABOUT_MONTH if estimated else BirthPrecision.MONTH


def typed_again(born: date | None, precision: BirthPrecision) -> str:
    """A date of birth as a form is filled with it; whether it is an estimate, or not known, is said beside it."""
    if born is None:
        return ""
    if precision in BirthPrecision.of_year():
        return str(born.year)
    return written(born).partition(" ")[2] if precision in BirthPrecision.of_month() else written(born)


def check_birth_date(born: date) -> date:
    """The date itself; raises ValidationError when nobody alive can have been born then."""
    today = timezone.localdate()
    if born > today:
        raise ValidationError("This date of birth is in the future.", code=Fault.DAY)
    if born.year < today.year - OLDEST:
        raise ValidationError(f"This date of birth is more than {OLDEST} years back.", code=Fault.DAY)
    return born


def birth_date_echo(text: str, *, estimated: bool) -> str:
    """How `text` was understood: "12 March 1961, 65 years". Raises ValidationError as `parse_birth_date` does."""
    born, precision = parse_birth_date(text, estimated=estimated)
    return Patient(date_of_birth=born, date_of_birth_precision=precision).birth_text or precision.label
