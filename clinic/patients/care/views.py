"""The page of a patient's care team."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, requires
from clinic.audit.reading import note_record
from clinic.patients.actions import add_to_care_team, remove_from_care_team
from clinic.patients.care.forms import ColleagueForm
from clinic.patients.care.team import care_team
from clinic.patients.models import Patient
from clinic.ui.pages import saved


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
