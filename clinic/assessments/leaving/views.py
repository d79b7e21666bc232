"""The pages on which an owner removes somebody from the clinic, or gives their patients to a colleague."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clinic.access import Permission, Request, confirmed, requires, without_patients
from clinic.accounts.models import Membership
from clinic.assessments.leaving.actions import belongings_of, remove_member
from clinic.assessments.leaving.forms import LeavingForm, PassOnForm
from clinic.assessments.of_patients import NamesTaken, pass_on_patients, patient_count
from clinic.staff import members
from clinic.staff.models import NOBODY_YET
from clinic.ui.pages import saved


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PEOPLE_MANAGE)
@without_patients
@confirmed
def person_end(request: Request, pk: UUID) -> HttpResponse:
    """Show what ends with a membership, ask who takes over, and end it; an invitation gives it back."""
    membership = members.member_of(request.clinic, pk)
    if membership is None:
        raise Http404
    if not membership.is_active:
        return redirect("people:detail", pk)
    form = LeavingForm(request.POST if request.method == "POST" else None, leaver=pk)
    if not form.is_valid():
        return _page(request, membership, form, status=422 if form.is_bound else 200)
    try:
        remove_member(by=request.actor, clinic=request.clinic, user_id=pk, **form.cleaned_data)
    except members.LastOwner as refusal:
        return _page(request, membership, form, status=422, problem=str(refusal))
    except NamesTaken as refusal:
        form = LeavingForm(request.POST, leaver=pk, ask_taken=True)
        return _page(request, membership, form, status=422, problem=str(refusal), taken=refusal.patients)
    except Membership.DoesNotExist:
        return redirect("people:detail", pk)
    saved(request, "Membership ended. An invitation to the same address gives it back.")
    return redirect("home") if pk == request.user.pk else redirect("people:detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PEOPLE_MANAGE)
@without_patients
@confirmed
def pass_on(request: Request, pk: UUID) -> HttpResponse:
    """Give all patients of somebody, who stays, to a colleague or to nobody yet."""
    membership = members.member_of(request.clinic, pk)
    if membership is None:
        raise Http404
    form = PassOnForm(request.POST if request.method == "POST" else None, leaver=pk)
    context = {"member": membership, "form": form, "count": patient_count(pk)}
    if not form.is_valid():
        return render(request, "leaving/pass_on.html", context, status=422 if form.is_bound else 200)
    heir = form.cleaned_data["heir"]
    try:
        given = pass_on_patients(
            by=request.actor, leaver=pk, heir=heir and heir.pk, leave_taken=form.cleaned_data["leave_taken"]
        )
    except NamesTaken as refusal:
        context["form"] = PassOnForm(request.POST, leaver=pk, ask_taken=True)
        context |= {"problem": str(refusal), "taken": refusal.patients}
        return render(request, "leaving/pass_on.html", context, status=422)
    to = heir.display_name if heir is not None else NOBODY_YET.lower()
    saved(request, f"{given} patient{'' if given == 1 else 's'} passed on to {to}.")
    return redirect("people:detail", pk)


def _page(request: Request, membership: Membership, form: LeavingForm, *, status: int, **more: Any) -> HttpResponse:
    context = {
        "member": membership,
        "form": form,
        "had": belongings_of(request.clinic, membership.user_id),
        "is_self": membership.user_id == request.user.pk,
        "is_last_owner": members.is_last_owner(membership),
        "cancel": membership.user_id,
        **more,
    }
    return render(request, "leaving/person_end.html", context, status=status)
