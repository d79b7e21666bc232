"""The report that a demo clinic has kept."""

from datetime import date

import pytest

from clinic.access import Actor
from clinic.assessments.models import KeptReport
from clinic.demo.reports import keep_last_year, year_to_last_quarter
from clinic.tenancy.scope import clinic_scope


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 1), (date(2025, 1, 1), date(2025, 12, 31))),
        (date(2026, 3, 31), (date(2025, 1, 1), date(2025, 12, 31))),
        (date(2026, 11, 29), (date(2025, 10, 1), date(2026, 9, 30))),
    ],
)
def test_year_ends_with_the_quarter_before(day, expected):
    assert year_to_last_quarter(day) == expected


@pytest.mark.clock("clinic/demo/reports.py:keep_last_year")
def test_demo_keeps_the_year_before_the_clinics_day(clock, riverside):
    with clinic_scope(riverside.clinic):
        keep_last_year(Actor(str(riverside.owner.pk), "Olive"))
        kept = KeptReport.objects.get()
    begin, end = year_to_last_quarter(clock.today)
    assert kept.query == f"instrument=phq-9&from={begin}&to={end}&window=last"
    assert len(kept.contents["parts"]) == 7
