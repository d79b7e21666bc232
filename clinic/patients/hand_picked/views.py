"""The pages about lists that are picked by hand. A list itself is the list of patients, narrowed to it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, Role, requires, without_patients
from clinic.audit.reading import note_record
from clinic.patients.filters import open_lists
from clinic.patients.hand_picked import actions
from clinic.patients.hand_picked.forms import ListForm, OnListForm
from clinic.patients.models import ListMember, Patient
from clinic.ui import errors
from clinic.ui.pages import saved

TAKEN = "You have a list of this name already."
NOT_YOURS = "Only who made this list, or an owner of the clinic, may change or remove it."


def owns_clinic(request: Request) -> bool:
    return request.membership is not None and request.membership.role == Role.OWNER


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_VIEW)
@without_patients
def list_list(request: Request) -> HttpResponse:
    """One's own lists and the clinic's, with how many of the patients one sees are on each, and a form for another."""
    form = ListForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.make_list(by=request.actor, **form.cleaned_data)
        except actions.NameTaken:
            form.add_error("name", TAKEN)
        else:
            saved(request, "List made. Put patients on it from the list of patients, or from a patient's page.")
            return redirect("hand_picked:list")
    lists = [(each, ListMember.objects.filter(list=each).count()) for each in open_lists(request)]
    context = {"lists": lists, "form": form, "owns_clinic": owns_clinic(request)}
    return render(request, "hand_picked/list_list.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_VIEW)
@without_patients
def list_edit(request: Request, pk: UUID) -> HttpResponse:
    """Another name for a list, or whether it is the clinic's."""
    found = get_object_or_404(open_lists(request), pk=pk)
    initial = {"name": found.name, "is_shared": found.is_shared}
    form = ListForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_list(by=request.actor, id=pk, owns_clinic=owns_clinic(request), **form.cleaned_data)
        except actions.NotYours:
            return errors.keep_or_answer(request, 403, "not_yours", NOT_YOURS)
        except actions.NameTaken:
            form.add_error("name", TAKEN)
        else:
            saved(request, "List saved.")
            return redirect("hand_picked:list")
    context: dict[str, Any] = {
        "form": form,
        "found": found,
        "heading": "Change a list",
        "submit_label": "Save list",
        "cancel_url": reverse("hand_picked:list"),
    }
    return render(request, "hand_picked/list_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.PATIENTS_VIEW)
def list_remove(request: Request, pk: UUID) -> HttpResponse:
    get_object_or_404(open_lists(request), pk=pk)
    try:
        actions.remove_list(by=request.actor, id=pk, owns_clinic=owns_clinic(request))
    except actions.NotYours:
        return errors.answer(request, 403, "not_yours", NOT_YOURS)
    saved(request, "List removed. Its patients are as they were.")
    return redirect("hand_picked:list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_VIEW)
def patient_lists(request: Request, pk: UUID) -> HttpResponse:
    """The lists that a patient is on; a form puts them on another, or takes them off one."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    note_record(request, patient)
    form = OnListForm(request.POST if request.method == "POST" else None, person=request.actor.id)
    if request.method == "POST" and form.is_valid():
        does = actions.take_off_list if request.POST.get("do") == "take_off" else actions.put_on_list
        does(by=request.actor, list=form.cleaned_data["list"], patients=[pk])
        saved(request, "Saved.")
        return redirect("hand_picked:of_patient", pk)
    on = open_lists(request).filter(members__patient=pk)
    others = open_lists(request).exclude(pk__in=on.values("pk"))
    context = {"patient": patient, "form": form, "on": on, "others": others}
    return render(request, "hand_picked/patient_lists.html", context, status=422 if form.is_bound else 200)
