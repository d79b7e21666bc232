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
from clinic.lists.pages import note_rows
from clinic.patients.models import EmergencyAccess, Patient
from clinic.trail.tables import PatientTrailTable, TrailFilter, TrailTable
from clinic.trail.unusual import unusual_readings


def trail_of(patient_id: UUID | None = None) -> BulkList:
    """The trail, or one patient's part of it, as a list that can be taken as a file."""
    rows = AuditEvent.objects.all() if patient_id is None else AuditEvent.objects.filter(patient_id=patient_id)
    return BulkList(
        key="trail",
        permission=Permission.TRAIL_VIEW,
        noun="event",
        noun_plural="events",
        list_url="/clinic/trail/",
        rows=rows.all,
        table_class=TrailTable if patient_id is None else PatientTrailTable,
        sort="-at",
        filterset_class=TrailFilter,
    )


@require_safe
@requires(Permission.TRAIL_VIEW)
def trail_list(request: Request) -> HttpResponseBase:
    """Everything that was read and changed, the newest first."""
    settle_searches()
    if "_export" in request.GET:
        note_export(request, "trail")
        return download(request, trail_of())
    emergencies = EmergencyAccess.objects.filter(reviewed_at=None).count()
    return _page(request, trail_of(), "trail/trail_list.html", emergencies=emergencies)


@require_safe
@requires(Permission.TRAIL_VIEW)
def patient_trail(request: Request, pk: UUID) -> HttpResponseBase:
    """Who looked at one patient's record, and what was done with it; to be printed for the patient."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    settle_searches()
    if "_export" in request.GET:
        note_export(request, "trail", patient_id=pk)
        return download(request, trail_of(pk))
    note_record(request, patient)
    return _page(request, trail_of(pk), "trail/patient_trail.html", patient=patient)


@require_safe
@requires(Permission.TRAIL_VIEW)
def unusual(request: Request) -> HttpResponse:
    """Reading that somebody should look at: many records, one's own family name, at night."""
    found = unusual_readings(request.clinic)
    note_list(request, "trail", rows=len(found))
    return render(request, "trail/unusual.html", {"readings": found})


def _page(request: Request, trail: BulkList, template: str, **context: Any) -> HttpResponse:
    page = ListPage(
        heading="Trail",
        noun=trail.noun,
        noun_plural=trail.noun_plural,
        search_hint="",
        empty_title="No events",
        empty_text="Nothing was read or changed that these filters name.",
    )
    answer = table_page(
        request,
        trail.rows(),
        trail.table_class,
        trail.filterset_class,
        page,
        sort=trail.sort,
        template=template,
        context=context,
    )
    if not request.readings:
        note_rows(request, trail.key, page)
    return answer
