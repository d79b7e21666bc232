"""The lists of assessments, alerts and due schedules: what they show, and the jobs that export or archive many rows."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet

from clinic.access import Permission
from clinic.assessments.filters import AlertFilter, AssessmentFilter, DueFilter, PatientAssessmentFilter, ReviewFilter
from clinic.assessments.models import Assessment, Review, Schedule
from clinic.assessments.models.alerts import Alert
from clinic.assessments.record import actions
from clinic.assessments.tables import AlertTable, AssessmentTable, DueTable, PatientAssessmentTable, ReviewTable
from clinic.lists.jobs.bulk import BulkList
from clinic.lists.jobs.exports import keep_export
from clinic.lists.models import ItemState, Job, JobItem
from clinic.lists.page.bulk_action import BulkAction
from clinic.lists.running import ItemResult, gather, gather_undo, run_batches
from clinic.patients.models import Patient
from clinic.tenancy.models import Clinic

GONE = "This assessment is no longer here."
LATER = "Something was changed since."


def assessments() -> "QuerySet[Assessment]":
    return Assessment.objects.select_related("patient", "user")


def alerts() -> "QuerySet[Alert]":
    return Alert.objects.with_urgency().select_related("patient__user", "assessment")


def leading_alerts() -> "QuerySet[Alert]":
    """One alert for each patient."""
    return Alert.objects.leading().with_urgency().select_related("patient__user", "assessment")


def schedules() -> "QuerySet[Schedule]":
    return Schedule.objects.asked().titled().select_related("patient__user")


def reviews() -> "QuerySet[Review]":
    return Review.objects.active().select_related("assessment__patient__user")


ASSESSMENTS = BulkList(
    key="assessments",
    noun="assessment",
    noun_plural="assessments",
    list_url="/assessments/",
    record_view="assessments:detail",
    rows=assessments,
    table_class=AssessmentTable,
    sort="-date",
    filterset_class=AssessmentFilter,
    permission=Permission.ASSESSMENTS_VIEW,
    actions=(
        BulkAction(
            "archive",
            "Archive",
            "Archive {count}",
            "clinic.assessments.bulk.archive",
            Permission.ASSESSMENTS_EDIT,
            undo_work="clinic.assessments.bulk.undo_archive",
        ),
        BulkAction(
            "csv",
            "Export as CSV",
            "Export {count} as CSV",
            "clinic.assessments.bulk.export_csv",
            Permission.LISTS_EXPORT,
        ),
        BulkAction(
            "xlsx",
            "Export as XLSX",
            "Export {count} as XLSX",
            "clinic.assessments.bulk.export_xlsx",
            Permission.LISTS_EXPORT,
        ),
    ),
)
# The file has a row for each alert, the page a card for each patient.
ALERTS = BulkList(
    "alerts", "alert", "alerts", "/worklists/alerts/", alerts, AlertTable, "severity", AlertFilter,
    Permission.ALERTS_VIEW,
)  # fmt: skip
ALERT_CARDS = replace(ALERTS, noun="patient", noun_plural="patients", rows=leading_alerts)
DUE = BulkList(
    "due", "due assessment", "due assessments", "/worklists/due/", schedules, DueTable, "due", DueFilter,
    Permission.ASSESSMENTS_VIEW,
)  # fmt: skip
REVIEWS = BulkList(
    "reviews", "result", "results", "/reviews/", reviews, ReviewTable, "came", ReviewFilter,
    Permission.ASSESSMENTS_VIEW,
)  # fmt: skip


def of_patient(patient: Patient) -> BulkList:
    """One patient's assessments."""
    return BulkList(
        key="assessments",
        noun="assessment",
        noun_plural="assessments",
        list_url=f"/patients/{patient.pk}/assessments/",
        rows=lambda: assessments().filter(patient=patient.pk),
        table_class=PatientAssessmentTable,
        sort="-date",
        filterset_class=PatientAssessmentFilter,
        permission=Permission.ASSESSMENTS_VIEW,
    )


def archive(clinic: Clinic, job: Job) -> None:
    gather(clinic, job, lambda: ASSESSMENTS.matching(job))
    run_batches(clinic, job, _archive)


def undo_archive(clinic: Clinic, job: Job) -> None:
    gather_undo(clinic, job)
    run_batches(clinic, job, _restore)


def export_csv(clinic: Clinic, job: Job) -> None:
    keep_export(clinic, job, ASSESSMENTS, "csv")


def export_xlsx(clinic: Clinic, job: Job) -> None:
    keep_export(clinic, job, ASSESSMENTS, "xlsx")


def _archive(job: Job, items: Sequence[JobItem]) -> list[ItemResult]:
    return [_set_archived(job, item, archived=True) for item in items]


def _restore(job: Job, items: Sequence[JobItem]) -> list[ItemResult]:
    return [_set_archived(job, item, archived=False) for item in items]


def _set_archived(job: Job, item: JobItem, *, archived: bool) -> ItemResult:
    """Archive or restore one assessment. An undo leaves alone what was changed after the job."""
    key = item.record_id
    row = Assessment.objects.filter(pk=key).first()
    if row is None:
        return ItemResult(key, ItemState.FAILED, reason=GONE)
    if (row.archived_at is not None) is archived:
        return ItemResult(key, ItemState.UNCHANGED)
    if item.version not in (None, row.version):
        return ItemResult(key, ItemState.FAILED, reason=LATER)
    change = actions.archive_assessment if archived else actions.restore_assessment
    return ItemResult(key, ItemState.CHANGED, version=change(by=job.by, id=key).version)
