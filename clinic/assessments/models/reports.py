"""Kept reports: the outcomes of a clinic as they were on a day."""

import uuid
from typing import Any

from django.db import models

from clinic.staff.models import Practitioner
from clinic.tenancy.records import ClinicModel, ClinicQuerySet

LONGEST_TITLE, LONGEST_QUERY = 100, 1000


class KeptReportQuerySet(ClinicQuerySet["KeptReport"]):
    def open_to(self, person: str, *, is_restricted: bool) -> "KeptReportQuerySet":
        """The reports that somebody may see: those that count whom they see.

        A report that counts everybody is for who sees everybody; one of some patients is for who kept it alone.
        """
        own = self.filter(kept_by=uuid.UUID(person), counts_everybody=False)
        return own if is_restricted else own | self.filter(counts_everybody=True)


class KeptReport(ClinicModel):
    """Every part of the outcomes as somebody saw them, which nothing changes any more.

    `contents` are the tables as they were written, with the filters in words, the definitions and what was counted by
    (`clinic/assessments/reports/frozen.py`). `query` asks for the same today. Figures of a person who sees some
    patients only are no figures of the clinic's: `counts_everybody` tells them apart.
    """

    web_may = "SELECT, INSERT, DELETE"
    index_for = {"kept_report_newest": "list of kept reports"}
    trail_name = "report"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.CharField(max_length=LONGEST_TITLE)
    query = models.CharField(max_length=LONGEST_QUERY)
    kept_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(auto_now_add=True)
    counts_everybody = models.BooleanField()
    contents: "models.JSONField[Any, dict[str, Any]]" = models.JSONField()

    objects = KeptReportQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        indexes = (models.Index(fields=["-kept_at", "id"], name="kept_report_newest"),)

    def __str__(self) -> str:
        return self.title
