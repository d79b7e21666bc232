"""The page on which an owner removes somebody from the clinic."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clinic.access import Permission, Request, confirmed, requires, without_patients
from clinic.accounts.models import Membership
from clinic.assessments.leaving.actions import belongings_of, remove_member
from clinic.assessments.leaving.forms import LeavingForm
from clinic.assessments.of_patients import NamesTaken
from clinic.staff import members
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
