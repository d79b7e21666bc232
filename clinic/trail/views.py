"""The pages that read the trail."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import Permission, Request, requires
from clinic.audit.models import AuditEvent
from clinic.audit.reading import note_export, note_list, note_record, settle_searches
from clinic.lists.jobs.bulk import BulkList
from clinic.lists.jobs.exports import download
from clinic.lists.page.list_page import ListPage, table_page
from clinic.lists.pages import note_rows
from clinic.patients.models import EmergencyAccess, MergedPatient, Patient
from clinic.trail.gone import gone_names, gone_patient
from clinic.trail.tables import PatientTrailTable, TrailFilter, TrailTable
from clinic.trail.unusual import unusual_readings
from clinic.trail.wrong_patient import LOOKED_BACK, retract_and_recreate


def trail_of(patient_id: UUID | None = None) -> BulkList:
    """The trail, or one patient's part of it, as a list that can be taken as a file."""
    rows = AuditEvent.objects.all()
    if patient_id is not None:  # and of the records that were merged into it, whose events keep their ids
        merged = MergedPatient.objects.filter(into=patient_id).values_list("pk", flat=True)
        rows = rows.filter(patient_id__in=[patient_id, *merged])
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
    patient = Patient.objects.select_related("user").filter(pk=pk).first()
    gone = "" if patient else gone_names([pk]).get(pk)
    if gone is None:
        raise Http404
    settle_searches()
    if "_export" in request.GET:
        note_export(request, "trail", patient_id=pk)
        return download(request, trail_of(pk))
    if (shown := patient or gone_patient(pk)) is not None:
        note_record(request, shown)
    return _page(request, trail_of(pk), "trail/patient_trail.html", patient=patient, gone=gone)


@require_safe
@requires(Permission.TRAIL_VIEW)
def unusual(request: Request) -> HttpResponse:
    """Reading that somebody should look at: many records, one's own family name, at night."""
    found = unusual_readings(request.clinic)
    note_list(request, "trail", rows=len(found))
    return render(request, "trail/unusual.html", {"readings": found})


@require_safe
@requires(Permission.TRAIL_VIEW)
def wrong_patient(request: Request) -> HttpResponse:
    """How often somebody noticed that they had the wrong patient."""
    rate = retract_and_recreate()
    keys = {key for each in rate.mixups for key in (each.patient_id, each.other_id)}
    names = {patient.pk: patient.display_name for patient in Patient.objects.filter(pk__in=keys)}
    mixups = [(each, names.get(each.patient_id), names.get(each.other_id)) for each in rate.mixups]
    note_list(request, "trail", rows=len(mixups))
    context = {"rate": rate, "mixups": mixups, "days": LOOKED_BACK.days}
    return render(request, "trail/wrong_patient.html", context)


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
