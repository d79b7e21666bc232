"""The pages of a patient's care team, and of opening a hidden record in an emergency."""

import uuid

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, requires, without_patients
from clinic.accounts.limits.counters import TooMany
from clinic.accounts.limits.declared import EMERGENCIES
from clinic.accounts.limits.tries import is_password, trying, wait_text
from clinic.accounts.middleware import enter_clinic, leave_clinic
from clinic.audit.reading import note_record
from clinic.patients.actions import add_to_care_team, remove_from_care_team
from clinic.patients.care.emergency import LASTS, end_emergency, find_in_emergency, note_missed, open_in_emergency
from clinic.patients.care.forms import ColleagueForm, EmergencyForm
from clinic.patients.care.team import care_team
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from clinic.ui.pages import noted, saved

NOBODY = "Not exactly one record has this number or name and this date of birth. Try the record number."
TOO_MANY = "Too many wrong tries. Wait {}, or ask an owner of the clinic."


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_EDIT)
def team_edit(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Who sees the patient besides their practitioner; a form names one more."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    note_record(request, patient)
    team, others = care_team(request.clinic, patient)
    form = ColleagueForm(request.POST if request.method == "POST" else None, colleagues=others)
    if request.method == "POST" and form.is_valid():
        chosen = next(each for each in others if each.id == form.cleaned_data["person"])
        add_to_care_team(by=request.actor, patient=patient, person_id=chosen.id, name=chosen.name)
        saved(request, f"{chosen.name} is in the care team.")
        return redirect("care:team", pk)
    context = {"patient": patient, "team": team, "others": others, "form": form}
    return render(request, "care/team.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.PATIENTS_EDIT)
def team_remove(request: Request, pk: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    """Take one colleague out; who takes themselves out may lose sight of the patient."""
    patient = get_object_or_404(Patient, pk=pk)
    team, _ = care_team(request.clinic, patient)
    name = next((each.name for each in team if each.id == person), "")
    remove_from_care_team(by=request.actor, patient=patient, person_id=person, name=name)
    saved(request, f"{name or 'This colleague'} is no longer in the care team.")
    if request.seen_by is not None and not Patient.objects.filter(pk=pk).exists():
        return redirect("patients:list")
    return redirect("care:team", pk)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_VIEW)
@without_patients
def emergency(request: Request) -> HttpResponse:
    """Open one patient's record although it is hidden: with a reason, the password again, and for an hour."""
    if request.seen_by is None:
        noted(request, "You see every patient of this clinic.")
        return redirect("patients:list")
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _emergency_page(request, form)
    leave_clinic(request)  # a wrong try is counted, whatever becomes of the rest
    patient = _find(request, form)
    enter_clinic(request)
    if patient is None:
        return _emergency_page(request, form)
    if not Patient.objects.filter(pk=patient.pk).exists():
        open_in_emergency(by=request.actor, patient=patient, reason=form.cleaned_data["reason"])
    return redirect("patients:detail", patient.pk)


def _find(request: Request, form: EmergencyForm) -> Patient | None:
    """The patient whom the form names, where its password is right; says at its fields why not."""
    if not _is_password(request, form):
        return None
    try:
        with trying(request, (EMERGENCIES, request.actor.id)) as attempt:
            with clinic_scope(request.clinic, seen_by=request.seen_by):
                patient = find_in_emergency(form.cleaned_data["who"], form.cleaned_data["date_of_birth"])
            attempt.wrong = patient is None
    except TooMany as refusal:
        form.add_error(None, TOO_MANY.format(wait_text(refusal.seconds)))
        return None
    if patient is None:
        with clinic_scope(request.clinic, seen_by=request.seen_by):
            note_missed(by=request.actor, who=form.cleaned_data["who"])
        form.add_error("who", NOBODY)
    return patient


@require_POST
@requires(Permission.PATIENTS_VIEW)
def emergency_end(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Whoever has seen enough gives the access back before its hour is over."""
    if end_emergency(by=request.actor, patient_id=get_object_or_404(Patient, pk=pk).pk):
        saved(request, "Your emergency access has ended.")
    else:
        noted(request, "You have no emergency access to this record.")
    return redirect("patients:list")


def _is_password(request: Request, form: EmergencyForm) -> bool:
    """Whether the password is right; says at its field why not."""
    try:
        known = is_password(request, form.cleaned_data["password"])
    except ValidationError as error:
        form.add_error("password", error)
        return False
    if not known:
        form.add_error("password", "This is not your password.")
    return known


def _emergency_page(request: Request, form: EmergencyForm) -> HttpResponse:
    context = {"form": form, "minutes": LASTS.seconds // 60}
    return render(request, "care/emergency.html", context, status=422 if form.is_bound else 200)
