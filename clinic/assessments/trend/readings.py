"""A scored assessment as a reading of a trend."""

from decimal import Decimal

from django.urls import reverse

from clinic.assessments.models import Assessment
from clinic.assessments.trend.steps import Reading
from clinic.instruments.items.parts import Number


def reading_of(row: Assessment) -> Reading:
    return Reading(
        day=row.date,
        total=_plain(row.score or Decimal(0)),
        band=row.band,
        severity=row.severity,
        url=reverse("assessments:detail", args=[row.pk]),
    )


def _plain(score: Decimal) -> Number:
    return int(score) if score == int(score) else score
