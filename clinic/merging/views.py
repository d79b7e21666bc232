"""The pages on which two records become one, and are taken apart again."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clinic.access import Permission, Request, requires
from clinic.audit.reading import note_record
from clinic.merging import preview
from clinic.merging.actions import merge_patients
from clinic.merging.forms import MergeForm, OtherForm, UnmergeForm
from clinic.merging.locks import Gone
from clinic.merging.returning import returning
from clinic.merging.unmerging import unmerge_patient
from clinic.patients.actions import Changed, NameTaken, RecordNumberTaken
from clinic.patients.models import MergedPatient, Patient
from clinic.ui import errors
from clinic.ui.pages import saved

GONE = "One of the two records was merged, or taken apart, meanwhile. Nothing was changed. Open the patient again."
CHANGED = "Somebody changed one of the records since you opened this page. Look at both again. Nothing was merged yet."
CHANGED_SINCE = "Somebody changed the record since you opened this page. Look again what stays."
TAKEN = "The practitioner has another patient of this name. Choose the other name, or the other practitioner."
TAKEN_BY_NOW = "The practitioner has another patient of this name by now. Choose who is responsible instead."
NUMBER_TAKEN = "The other patient was given this record number. Give that one another number first."
NOBODY = "No other patient has this record number."
NAME_STAYS = "Its name stays, since another patient has the one from before by now."


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_MERGE, Permission.ASSESSMENTS_EDIT, Permission.ALERTS_VIEW)
def patient_merge(request: Request, pk: UUID) -> HttpResponse:
    """Both records side by side, whose value of each field counts, and what would become of the rest."""
    survivor = _patient(request, pk)
    if "other" not in request.GET:
        return _ask_which(request, survivor)
    other = _patient(request, _other_key(request, survivor))
    if request.method != "POST":
        return _merge_page(request, MergeForm(survivor=survivor, other=other))
    form = MergeForm(request.POST, survivor=survivor, other=other)
    if form.is_stale:
        return _merge_page(request, form.shown_again(), status=409, problem=CHANGED)
    if not form.is_valid():
        return _merge_page(request, form, status=422)
    versions = form.cleaned_data["version"], form.cleaned_data["other_version"]
    try:
        merge_patients(
            by=request.actor,
            survivor_id=pk,
            other_id=other.pk,
            versions=versions,
            taken=form.taken(),
            both=form.both(),
        )
    except Gone:
        return errors.answer(request, 409, "conflict", GONE)
    except Changed:
        return errors.keep_or_answer(request, 409, "conflict", CHANGED)
    except NameTaken:
        form.add_error(None, TAKEN)
        return _merge_page(request, form, status=422)
    saved(request, "The two records are one now. It can be taken apart again at the end of this page.")
    return redirect("patients:detail", pk)


def _patient(request: Request, key: UUID) -> Patient:
    """A patient whom the page shows; raises Http404."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=key)
    note_record(request, patient)
    return patient


def _other_key(request: Request, survivor: Patient) -> UUID:
    """The id in the address; raises Http404 for none, and for the survivor's own."""
    try:
        key = UUID(request.GET["other"])
    except ValueError as error:
        raise Http404 from error
    if key == survivor.pk:
        raise Http404
    return key


def _ask_which(request: Request, survivor: Patient) -> HttpResponse:
    """Ask for the record number of the other, and go on with both."""
    form = OtherForm(request.GET if "number" in request.GET else None)
    if form.is_bound and form.is_valid():
        numbered = Patient.objects.filter(record_number=form.cleaned_data["number"]).exclude(pk=survivor.pk)
        if (found := numbered.values_list("pk", flat=True).first()) is not None:
            return redirect(f"{reverse('merging:merge', args=[survivor.pk])}?other={found}")
        form.add_error("number", NOBODY)
    status = 422 if form.is_bound else 200
    return render(request, "merging/merge_which.html", {"patient": survivor, "form": form}, status=status)


def _merge_page(request: Request, form: MergeForm, *, status: int = 200, problem: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "patient": form.survivor,
        "other": form.other,
        "choices": form.choices(),
        "moving": preview.moving(form.other),
        "settled": preview.settled(form.survivor, form.other),
        "problem": problem,
        "cancel_url": reverse("patients:detail", args=[form.survivor.pk]),
    }
    return render(request, "merging/merge.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_MERGE, Permission.ASSESSMENTS_EDIT, Permission.ALERTS_VIEW)
def patient_unmerge(request: Request, pk: UUID) -> HttpResponse:
    """What goes back to a merged record, and what stays; a form takes it out again."""
    holder = _patient(request, pk)
    gone = get_object_or_404(MergedPatient, pk=_other_key(request, holder) if "other" in request.GET else pk, into=pk)
    note_record(request, gone.as_it_was)
    if request.method != "POST":
        return _unmerge_page(request, holder, gone, UnmergeForm(initial={"version": holder.version}))
    form = UnmergeForm(request.POST)
    if not form.is_valid():
        return _unmerge_page(request, holder, gone, form, status=422)
    user, version = form.cleaned_data["user"], form.cleaned_data["version"]
    try:
        parted = unmerge_patient(by=request.actor, other_id=gone.pk, version=version, user_id=user and user.pk)
    except Gone:
        return errors.answer(request, 409, "conflict", GONE)
    except Changed:
        form = UnmergeForm({**request.POST.dict(), "version": Patient.objects.get(pk=pk).version})
        return _unmerge_page(request, holder, gone, form, status=409, problem=CHANGED_SINCE)
    except NameTaken:
        form = UnmergeForm(request.POST, ask_user=True)
        return _unmerge_page(request, holder, gone, form, status=422, problem=TAKEN_BY_NOW)
    except RecordNumberTaken:
        return _unmerge_page(request, holder, gone, form, status=422, problem=NUMBER_TAKEN)
    saved(request, " ".join(filter(None, ["The records are two again.", NAME_STAYS if parted.name_stays else ""])))
    return redirect("patients:detail", gone.pk)


def _unmerge_page(
    request: Request, holder: Patient, gone: MergedPatient, form: UnmergeForm, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    found = returning(gone)
    context: dict[str, Any] = {
        "form": form,
        "patient": holder,
        "other": gone.as_it_was,
        "gone": gone,
        "going": preview.going(found),
        "staying": preview.staying(found, holder),
        "problem": problem,
        "cancel_url": reverse("patients:detail", args=[holder.pk]),
    }
    return render(request, "merging/unmerge.html", context, status=status)
