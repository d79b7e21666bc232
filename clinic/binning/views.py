"""The pages of the bin: who is in it, one record of it, putting one there and back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.audit.reading import note_record
from clinic.binning.actions import bin_patient, put_back_patient
from clinic.binning.forms import BinForm
from clinic.binning.tables import BinFilter, BinTable
from clinic.lists.page.list_page import ListPage, table_page
from clinic.lists.pages import note_rows
from clinic.merging.locks import Gone
from clinic.merging.preview import moving
from clinic.patients.actions import Changed, NameTaken, RecordNumberTaken
from clinic.patients.models import BinnedPatient, Patient
from clinic.staff.models import Practitioner
from clinic.ui import errors
from clinic.ui.pages import noted, saved

GONE = "This record was merged, or put into the bin, meanwhile. Nothing was changed."
CHANGED = "Somebody changed this record since you opened the page. Look whether it is still a mistake."
NAME_TAKEN = (
    "The practitioner has another patient of this name by now. Change that one's name or practitioner first, "
    "then put this record back."
)
NUMBER_TAKEN = (
    "Another patient has this record number by now. Give that one another number first, then put this one back."
)
BACK = "The record is back among the patients. Links that were sent before it went into the bin stay ended."
IS_BACK = "This record is back among the patients."
EMPTY = "Records that were registered by mistake are kept here for 30 days. They are put here from the patient's page."


@require_safe
@requires(Permission.PATIENTS_MERGE, Permission.ASSESSMENTS_EDIT, Permission.ALERTS_VIEW, Permission.PATIENTS_VIEW)
def bin_list(request: Request) -> HttpResponse:
    """Who was registered by mistake, the newest first."""
    page = ListPage(
        heading="Bin",
        noun="record",
        noun_plural="records",
        search_hint="",
        empty_title="The bin is empty",
        empty_text=EMPTY,
        card_template="binning/_records.html",
        make_cards=list,
    )
    rows = BinnedPatient.objects.defer("rows")
    response = table_page(request, rows, BinTable, BinFilter, page, sort="-since")
    note_rows(request, "bin", page)
    return response


@require_safe
@requires(Permission.PATIENTS_MERGE, Permission.ASSESSMENTS_EDIT, Permission.ALERTS_VIEW)
def bin_detail(request: Request, pk: UUID) -> HttpResponse:
    """One record of the bin, and the way back; an address of one that is back leads to the patient."""
    if not BinnedPatient.objects.filter(pk=pk).exists() and Patient.objects.filter(pk=pk).exists():
        noted(request, IS_BACK)
        return redirect("patients:detail", pk)
    return _detail_page(request, _binned(request, pk))


def _binned(request: Request, pk: UUID) -> BinnedPatient:
    """A record of the bin, which the page shows; raises Http404."""
    binned: BinnedPatient = get_object_or_404(BinnedPatient.objects.defer("rows"), pk=pk)
    note_record(request, binned.as_it_was)
    return binned


def _detail_page(request: Request, binned: BinnedPatient, *, status: int = 200, problem: str = "") -> HttpResponse:
    patient = binned.as_it_was
    patient.user = Practitioner.objects.filter(pk__in=[patient.user_id]).first()
    context = {"binned": binned, "patient": patient, "problem": problem}
    return render(request, "binning/bin_detail.html", context, status=status)


@require_POST
@requires(Permission.PATIENTS_MERGE, Permission.ASSESSMENTS_EDIT, Permission.ALERTS_VIEW)
def bin_restore(request: Request, pk: UUID) -> HttpResponse:
    """Put a record back; where somebody has its name or number by now, say so."""
    binned = _binned(request, pk)
    try:
        put_back_patient(by=request.actor, id=pk)
    except NameTaken:
        return _detail_page(request, binned, status=409, problem=NAME_TAKEN)
    except RecordNumberTaken:
        return _detail_page(request, binned, status=409, problem=NUMBER_TAKEN)
    saved(request, BACK)
    return redirect("patients:detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_MERGE, Permission.ASSESSMENTS_EDIT, Permission.ALERTS_VIEW)
def patient_bin(request: Request, pk: UUID) -> HttpResponse:
    """What would go into the bin, and why; a form puts it there."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    note_record(request, patient)
    if request.method != "POST":
        return _bin_page(request, patient, BinForm(initial={"version": patient.version}))
    form = BinForm(request.POST)
    if not form.is_valid():
        return _bin_page(request, patient, form, status=422)
    try:
        bin_patient(by=request.actor, id=pk, **form.cleaned_data)
    except Gone:
        return errors.keep_or_answer(request, 409, "conflict", GONE)
    except Changed as refusal:
        form = BinForm({**request.POST.dict(), "version": refusal.current.version})
        return _bin_page(request, refusal.current, form, status=409, problem=CHANGED)
    saved(request, "The record is in the bin. It can be put back for 30 days.")
    return redirect("binning:detail", pk)


def _bin_page(
    request: Request, patient: Patient, form: BinForm, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "patient": patient,
        "form": form,
        "moving": moving(patient),
        "problem": problem,
        "cancel_url": reverse("patients:detail", args=[patient.pk]),
    }
    return render(request, "binning/bin_form.html", context, status=status)
