"""The dates that an assessment can have."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.text.faults import Fault


def check_assessment_date(day: date) -> date:
    """Return the day. Raises ValidationError for a day before 1900 or in the future."""
    if day > timezone.localdate() or day.year < 1900:
        raise ValidationError("An assessment lies between 1900 and today.", code=Fault.DAY)
    return day
