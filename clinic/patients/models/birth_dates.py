"""How well a date of birth is known, and the age that follows from it."""

from datetime import date

from django.db import models
from django.utils.formats import date_format


class BirthPrecision(models.TextChoices):
    """How well the date of birth is known; with a month or a year its first day stands for it."""

    EXACT = "exact", "Exact"
    ESTIMATED = "estimated", "Estimated"
    MONTH = "month", "Only the month"
    ABOUT_MONTH = "about_month", "About that month"
    YEAR = "year", "Only the year"
    ABOUT_YEAR = "about_year", "About that year"
    NOT_KNOWN = "unknown", "Not known"

    @classmethod
    def of_month(cls) -> "tuple[BirthPrecision, ...]":
        return cls.MONTH, cls.ABOUT_MONTH

    @classmethod
    def of_year(cls) -> "tuple[BirthPrecision, ...]":
        return cls.YEAR, cls.ABOUT_YEAR

    @classmethod
    def estimates(cls) -> "tuple[BirthPrecision, ...]":
        return cls.ESTIMATED, cls.ABOUT_MONTH, cls.ABOUT_YEAR

    def known_of(self, born: date) -> date:
        """The day that is kept for `born`: the first of the month or of the year where no more is known."""
        month = 1 if self in self.of_year() else born.month
        return born.replace(month=month, day=1) if self in (*self.of_year(), *self.of_month()) else born


BIRTH_RULES = (
    models.CheckConstraint(
        condition=models.Q(date_of_birth_precision__in=BirthPrecision.values), name="patient_birth_precision"
    ),
    models.CheckConstraint(
        condition=models.Q(date_of_birth=None, date_of_birth_precision=BirthPrecision.NOT_KNOWN)
        | models.Q(date_of_birth__isnull=False) & ~models.Q(date_of_birth_precision=BirthPrecision.NOT_KNOWN),
        name="patient_birth_known",
    ),
)


def age_on(born: date, day: date) -> int:
    """Completed years between the two dates; somebody born on 29 February has a birthday on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birth_date_text(born: date | None, precision: BirthPrecision) -> str:
    """As much of the date as is known, in words; empty where nothing is."""
    if born is None:
        return ""
    shown = (
        "Y" if precision in BirthPrecision.of_year() else "F Y" if precision in BirthPrecision.of_month() else "j F Y"
    )
    text = date_format(born, shown)
    return f"about {text}" if precision in BirthPrecision.estimates() else text


def birth_text(born: date | None, precision: BirthPrecision, today: date, died: date | None = None) -> str:
    """The same with the age, which ends on the day that somebody died."""
    if born is None:
        return ""
    age = age_on(born, died or today)
    about = "" if precision == BirthPrecision.EXACT else "about "
    years = f"{about}{age} {'year' if age == 1 else 'years'}"
    return f"{birth_date_text(born, precision)}, {years}{' at death' if died else ''}"


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier, 28 February for a 29th that was not; never before the year 1.

    Who was born by then has had so many birthdays.
    """
    year = max(1, day.year - years)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
