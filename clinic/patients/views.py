"""The pages about patients."""

import uuid
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, requires, without_patients
from clinic.audit.models import AuditEvent
from clinic.audit.queries import changed_by, last_opened
from clinic.audit.reading import note_list, note_record
from clinic.lists.jobs.bulk import begin
from clinic.lists.page.addresses import address_of
from clinic.lists.page.list_page import Link, ListPage
from clinic.lists.pages import list_page
from clinic.patients import actions
from clinic.patients.bulk import PATIENTS
from clinic.patients.care.team import care_team
from clinic.patients.dates import birth_date_echo
from clinic.patients.duplicates.registering import keep_answers, similar_page, unanswered
from clinic.patients.forms import PatientForm, initial_of, new_initial
from clinic.patients.history import restore_version, versions_of
from clinic.patients.models import MergedPatient, Patient, next_record_number, with_latest_results
from clinic.patients.suggestions import details_in, links_beside, suggest
from clinic.staff.models import Practitioner
from clinic.text.full_names import filed_family_name
from clinic.ui import errors
from clinic.ui.forms import differences
from clinic.ui.pages import page_or_fragment, posted_version, saved, undo_of

RECENT = 8  # patients in the menu
NOT_SEEN = (
    "The practitioner has a patient of this name already, whom you do not see. If this is somebody else, add what "
    "tells them apart, such as a middle name or a place."
)


@require_safe
@requires(Permission.PATIENTS_VIEW)
def patient_list(request: Request) -> HttpResponseBase:
    may_edit = Permission.PATIENTS_EDIT in request.permissions
    new = Link("Register patient", address_of("patients:new")) if may_edit else None
    page = ListPage(
        heading="Patients",
        noun="patient",
        noun_plural="patients",
        search_hint="Name, date of birth, phone, number",
        empty_title="No patients to show",
        empty_text="Nobody matches this search and these filters, or nobody has been registered yet.",
        action=new,
        links=links_beside(request),
        empty_action=new,
    )
    return list_page(request, PATIENTS, page, when_empty=partial(suggest, request, may_edit=may_edit))


@require_POST
@requires(Permission.PATIENTS_VIEW)
def patient_bulk(request: Request) -> HttpResponse:
    """Begin work on the rows that were ticked, or on all that match; the worker does it."""
    return begin(request, PATIENTS)


@require_safe
@requires(Permission.PATIENTS_VIEW)
def patient_recent(request: Request) -> HttpResponse:
    """The patients whose page the person opened last, the newest first."""
    keys = last_opened(request.actor.id, "patient", RECENT)
    found = Patient.objects.in_bulk(keys)
    note_list(request, "patients", rows=len(found))
    context = {"patients": [found[key] for key in keys if key in found]}
    return page_or_fragment(request, "patients/patient_recent.html", "patients/patient_recent.html#recent", context)


@require_safe
@requires(Permission.PATIENTS_VIEW)
def patient_detail(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The page that opens on how the patient is, or, for who sees no assessments, on the details."""
    template = "patient_summary" if Permission.ASSESSMENTS_VIEW in request.permissions else "patient_detail"
    return _patient_page(request, pk, f"patients/{template}.html")


@require_safe
@requires(Permission.PATIENTS_VIEW)
def patient_details(request: Request, pk: uuid.UUID) -> HttpResponse:
    return _patient_page(request, pk, "patients/patient_detail.html")


def _patient_page(request: Request, pk: uuid.UUID, template: str) -> HttpResponse:
    is_survivor = Exists(MergedPatient.objects.filter(into=OuterRef("pk")))
    rows = with_latest_results(Patient.objects.select_related("user")).annotate(is_survivor=is_survivor)
    patient: Any = get_object_or_404(rows, pk=pk)
    note_record(request, patient)
    team = care_team(request.clinic, patient)[0] if request.clinic.restricts_patients else []
    merged = MergedPatient.objects.filter(into=pk).order_by("merged_at", "pk") if patient.is_survivor else ()
    context = {"patient": patient, "team": team, "merged": merged, "undo": undo_of("patients:undo", patient)}
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_EDIT)
@without_patients
def patient_new(request: Request) -> HttpResponse:
    number = next_record_number()
    if request.method != "POST":
        mine = Practitioner.objects.active().filter(pk=request.actor.id).exists()
        typed = details_in(request.GET.get("q", ""))
        form = PatientForm(initial={**new_initial(request.actor.id if mine else None), **typed}, next_number=number)
        return _form_page(request, form)
    form = PatientForm(_with_note(request), next_number=number)
    if not form.is_valid():
        return _form_page(request, form)
    if found := unanswered(request, form):
        return similar_page(request, form, found)
    try:
        patient = actions.create_patient(by=request.actor, id=form.cleaned_data["id"], **form.values())
    except actions.NameTaken as taken:
        return _collision_page(request, form, taken.existing)
    except actions.RecordNumberTaken:
        form.add_taken_number()
        return _form_page(request, form)
    keep_answers(request, patient)
    saved(request, "Patient registered.")
    return redirect("patients:detail", patient.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_EDIT)
def patient_edit(request: Request, pk: uuid.UUID) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    note_record(request, patient)
    if request.method != "POST":
        return _form_page(request, PatientForm(initial=initial_of(patient), keeps=patient.user_id), patient)
    data = _with_note(request)
    data.setdefault("version", str(patient.version))
    form = PatientForm(data, keeps=patient.user_id)
    if not form.is_valid():
        return _form_page(request, form, patient)
    if found := unanswered(request, form, patient):
        return similar_page(request, form, found, patient)
    try:
        changed = actions.update_patient(by=request.actor, id=pk, version=form.cleaned_data["version"], **form.values())
    except actions.Changed as refusal:
        return _conflict_page(request, form, refusal.current)
    except actions.NameTaken as taken:
        return _collision_page(request, form, taken.existing, patient)
    except actions.RecordNumberTaken:
        form.add_taken_number()
        return _form_page(request, form, patient)
    keep_answers(request, changed)
    return _to_patient(request, pk, "Changes saved.", undo=True)


def _to_patient(request: Request, pk: uuid.UUID, message: str, *, undo: bool = False) -> HttpResponse:
    """To the page of a patient after a change; to the list where it took the patient out of the person's sight."""
    if request.seen_by is None or Patient.objects.filter(pk=pk).exists():
        saved(request, message, undo=undo)
        return redirect("patients:details", pk)
    saved(request, f"{message} This patient is no longer one of yours.")
    return redirect("patients:list")


@require_POST
@requires(Permission.PATIENTS_EDIT)
def patient_undo(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Take back the change that was just saved; a later one is never touched."""
    get_object_or_404(Patient, pk=pk)
    try:
        actions.undo_patient_change(by=request.actor, id=pk, version=posted_version(request))
    except (actions.Changed, actions.NameTaken, actions.RecordNumberTaken):
        return errors.answer(request, 409, "conflict", "Something was changed since, so there is nothing to take back.")
    return _to_patient(request, pk, "The change was taken back.")


@require_POST
@requires(Permission.PATIENTS_EDIT)
def patient_archive(request: Request, pk: uuid.UUID) -> HttpResponse:
    get_object_or_404(Patient, pk=pk)
    actions.archive_patient(by=request.actor, id=pk)
    return redirect("patients:details", pk)


@require_POST
@requires(Permission.PATIENTS_EDIT)
def patient_restore(request: Request, pk: uuid.UUID) -> HttpResponse:
    get_object_or_404(Patient, pk=pk)
    actions.restore_patient(by=request.actor, id=pk)
    saved(request, "Patient restored.")
    return redirect("patients:details", pk)


@require_safe
@requires(Permission.PATIENTS_VIEW)
def patient_history(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Every change of the patient's details, field by field."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    note_record(request, patient)
    merged = [
        (gone, versions_of(gone.as_it_was)) for gone in MergedPatient.objects.filter(into=pk).order_by("merged_at")
    ]
    context = {"patient": patient, "versions": versions_of(Patient.objects.get(pk=pk)), "merged": merged}
    return render(request, "patients/patient_history.html", context)


@require_POST
@requires(Permission.PATIENTS_EDIT)
def patient_restore_version(request: Request, pk: uuid.UUID, event: int) -> HttpResponse:
    """Write the details as they were after a change, as a new change."""
    get_object_or_404(Patient, pk=pk)
    try:
        restore_version(by=request.actor, id=pk, event_id=event, version=posted_version(request))
    except AuditEvent.DoesNotExist as error:
        raise Http404 from error
    except actions.Changed:
        return errors.answer(request, 409, "conflict", "Somebody changed this meanwhile. Look at the history again.")
    except (actions.NameTaken, actions.RecordNumberTaken):
        message = "Another patient has this name or record number by now. Change the details by hand."
        return errors.answer(request, 409, "conflict", message)
    return _to_patient(request, pk, "The earlier details are restored.", undo=True)


@require_POST
@requires(Permission.PATIENTS_EDIT)
def birth_date_understood(request: Request) -> HttpResponse:
    """A fragment that echoes a date of birth as it was understood; posted, so that it is in no address."""
    try:
        echo = birth_date_echo(
            request.POST.get("date_of_birth", ""), estimated=bool(request.POST.get("date_is_estimated"))
        )
    except ValidationError as error:
        echo = " ".join(error.messages)
    return HttpResponse(echo, content_type="text/plain; charset=utf-8")


def _with_note(request: Request) -> QueryDict:
    """What was posted, with the note of the collision page behind the name: "Ana García (twin of Eva)"."""
    data = request.POST.copy()
    if note := str(data.get("tells_apart", "")).strip(" ()"):
        data["full_name"] = f"{data.get('full_name', '')} ({note})"
    return data


def _form_page(request: Request, form: PatientForm, patient: Patient | None = None) -> HttpResponse:
    """The form, new or bound; a bound one here has errors and is answered 422."""
    context = {
        "form": form,
        "patient": patient,
        "heading": "Edit patient" if patient else "Register patient",
        "submit_label": "Save changes" if patient else "Register patient",
        "cancel_url": reverse("patients:details", args=[patient.pk]) if patient else reverse("patients:list"),
    }
    return render(request, "patients/patient_form.html", context, status=422 if form.is_bound else 200)


def _typed(form: PatientForm) -> dict[str, Any]:
    """What was typed as it would be stored and shown again; a new patient's free fields as the clinic fills them."""
    values = form.values()
    values.setdefault("family_name", filed_family_name(values["full_name"]))
    values["record_number"] = values["record_number"] or next_record_number()
    return initial_of(Patient(**values))


def _collision_page(
    request: Request, form: PatientForm, existing: Patient | None, patient: Patient | None = None
) -> HttpResponse:
    """Both patients of the name; of one whom the person does not see, only that there is somebody."""
    if existing is None:
        form.add_error("full_name", NOT_SEEN)
        return _form_page(request, form, patient)
    context = {
        "form": form,
        "heading": "There is already a patient of this name",
        "existing": existing,
        "patient": patient,
        "rows": differences(form, initial_of(existing), _typed(form)),
        "submit_label": "Save changes" if patient else "Register patient",
        "cancel_url": reverse("patients:details", args=[patient.pk]) if patient else reverse("patients:list"),
    }
    return render(request, "patients/patient_collision.html", context, status=409)


def _conflict_page(request: Request, form: PatientForm, current: Patient) -> HttpResponse:
    """Both versions; saving from here replaces the one that is shown, and no later one."""
    form.data["version"] = str(current.version)  # type: ignore[index]
    context: dict[str, Any] = {
        "form": form,
        "patient": current,
        "heading": "Someone else changed this patient",
        "who_text": changed_by(current.pk),
        "rows": differences(form, initial_of(current), _typed(form)),
        "submit_label": "Save my version",
        "reload_url": reverse("patients:details", args=[current.pk]),
    }
    return render(request, "patients/patient_conflict.html", context, status=409)
