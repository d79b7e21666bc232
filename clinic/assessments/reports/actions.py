"""Keeping a report, and taking it back."""

from uuid import UUID

from django.db import transaction

from clinic.assessments.models import KeptReport
from clinic.assessments.reports.frozen import as_json
from clinic.assessments.reports.report import Report
from clinic.audit.actions import By, record


class NotYours(Exception):
    """Only who kept a report, or who owns the clinic, may take it back."""


@transaction.atomic
def keep_report(*, by: By, title: str, query: str, counts_everybody: bool, report: Report) -> KeptReport:
    """Keep what somebody sees of the outcomes."""
    kept = KeptReport.objects.create(
        title=title, query=query, kept_by_id=UUID(by.id), counts_everybody=counts_everybody, contents=as_json(report)
    )
    record("report.kept", kept, by=by, changes={"query": query})
    return kept


@transaction.atomic
def take_back_report(*, by: By, report: KeptReport, owns_clinic: bool) -> None:
    """Remove a kept report; one that somebody else has removed meanwhile is no fault. Raises NotYours."""
    if str(report.kept_by_id) != by.id and not owns_clinic:
        raise NotYours
    removed, _ = KeptReport.objects.filter(pk=report.pk).delete()
    if removed:
        record("report.removed", report, by=by, changes={"query": report.query})
