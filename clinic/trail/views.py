"""The pages that read the trail."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clinic.access import Permission, Request, requires
from clinic.audit.models import AuditEvent
from clinic.audit.reading import note_export, note_list, note_record, settle_searches
from clinic.lists.jobs.bulk import BulkList
from clinic.lists.jobs.exports import download
from clinic.lists.page.list_page import ListPage, table_page
from clinic.patients.models import Patient
from clinic.trail.tables import PatientTrailTable, TrailFilter, TrailTable
from clinic.trail.unusual import unusual_readings

TRAIL = BulkList(
    "trail", "event", "events", "/clinic/trail/", lambda: AuditEvent.objects.all(), TrailTable, "-at", TrailFilter
)


@require_safe
@requires(Permission.TRAIL_VIEW)
def trail_list(request: Request) -> HttpResponseBase:
    """Everything that was read and changed, the newest first."""
    settle_searches()
    if "_export" in request.GET:
        note_export(request, "trail")
        return download(request, TRAIL)
    return _page(request, TRAIL.rows(), TrailTable, "trail/trail_list.html")


@require_safe
@requires(Permission.TRAIL_VIEW)
def patient_trail(request: Request, pk: UUID) -> HttpResponseBase:
    """Who looked at one patient's record, and what was done with it; to be printed for the patient."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    settle_searches()
    rows = AuditEvent.objects.filter(patient_id=pk)
    if "_export" in request.GET:
        note_export(request, "trail", patient_id=pk)
        theirs = BulkList("trail", "event", "events", request.path, lambda: rows, PatientTrailTable, "-at", TrailFilter)
        return download(request, theirs)
    note_record(request, patient)
    return _page(request, rows, PatientTrailTable, "trail/patient_trail.html", patient=patient)


@require_safe
@requires(Permission.TRAIL_VIEW)
def unusual(request: Request) -> HttpResponse:
    """Reading that somebody should look at: many records, one's own family name, at night."""
    found = unusual_readings(request.clinic)
    note_list(request, "trail", rows=len(found))
    return render(request, "trail/unusual.html", {"readings": found})


def _page(request: Request, rows: Any, table: Any, template: str, **context: Any) -> HttpResponse:
    page = ListPage(
        heading="Trail",
        noun="event",
        noun_plural="events",
        search_hint="",
        empty_title="No events",
        empty_text="Nothing was read or changed that these filters name.",
    )
    answer = table_page(request, rows, table, TrailFilter, page, sort="-at", template=template, context=context)
    if not request.readings:
        note_list(request, "trail", rows=len(page.table.page.found.records) if page.table is not None else 0)
    return answer
