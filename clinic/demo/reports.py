"""The report that a demo clinic has kept: of the year to the end of the quarter before this one."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from clinic.access import PERMISSIONS, Role
from clinic.assessments.outcomes.forms import OutcomesForm
from clinic.assessments.reports.actions import keep_report
from clinic.assessments.reports.report import report_of
from clinic.audit.actions import By


def keep_last_year(by: By) -> None:
    """Keep what an owner of the active clinic sees of the year."""
    first, last = year_to_last_quarter(timezone.localdate())
    form = OutcomesForm(QueryDict(urlencode({"from": first, "to": last})))
    form.full_clean()
    report = report_of(form, PERMISSIONS[Role.OWNER])
    title = f"Year to quarter {last.month // 3} of {last.year}"
    keep_report(by=by, title=title, query=form.address(), counts_everybody=True, report=report)


def year_to_last_quarter(day: date) -> tuple[date, date]:
    """The first and the last day of the twelve months that end before the quarter of a day begins."""
    begun = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return begun.replace(year=begun.year - 1), begun - timedelta(days=1)
