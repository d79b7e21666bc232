"""The pages about the people of a clinic, for its owners."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import (
    PERMISSION_WORDS,
    PERMISSIONS,
    ROLE_LABELS,
    SCOPE_LABELS,
    SCOPE_PERMISSIONS,
    Permission,
    Request,
    confirmed,
    requires,
    without_patients,
)
from clinic.accounts.factors.queries import with_factor
from clinic.accounts.models import Membership
from clinic.accounts.sessions import open_sessions
from clinic.staff import members
from clinic.staff.forms import FactorResetForm, LastDayForm, RoleForm
from clinic.staff.invitations.actions import waiting
from clinic.staff.lost_factors import reset_factor
from clinic.staff.models import Practitioner
from clinic.ui.pages import saved

ENDED = "This membership was ended meanwhile. Invite the address again to give it back."


@require_safe
@requires(Permission.PEOPLE_MANAGE)
@without_patients
def person_list(request: Request) -> HttpResponse:
    return people_page(request)


def people_page(request: Request, *, status: int = 200, problem: str = "") -> HttpResponse:
    """Who works in the clinic, who did, and who is invited."""
    people = members.members_of(request.clinic)
    ids = [member.user_id for member in people]
    counts, having = open_sessions(ids), with_factor(ids)
    context = {
        "people": [
            (member, members.state_of(member), member.user_id in having, counts.get(member.user_id, 0))
            for member in people
        ],
        "invitations": waiting(request.clinic),
        "problem": problem,
    }
    return render(request, "people/person_list.html", context, status=status)


@require_safe
@requires(Permission.PEOPLE_MANAGE)
@without_patients
def role_list(request: Request) -> HttpResponse:
    """What each role may do, and a program by its scope."""
    held = [*PERMISSIONS.values(), *(SCOPE_PERMISSIONS[scope] for scope in SCOPE_LABELS)]
    labels = [*(ROLE_LABELS[role] for role in PERMISSIONS), *SCOPE_LABELS.values()]
    rows = [
        (label, hint, [(whose, permission in each) for whose, each in zip(labels, held, strict=True)])
        for permission, (label, hint) in PERMISSION_WORDS.items()
    ]
    return render(request, "people/role_list.html", {"labels": labels, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PEOPLE_MANAGE)
@without_patients
@confirmed
def person_detail(request: Request, pk: UUID) -> HttpResponse:
    """One person of the clinic; posting gives them another role."""
    membership = _member_or_404(request, pk)
    if request.method != "POST":
        return _person_page(request, membership)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            members.change_role(by=request.actor, clinic=request.clinic, user_id=pk, **form.cleaned_data)
        except (members.LastOwner, members.OwnRole) as refusal:
            form.add_error("role", str(refusal))
        except Membership.DoesNotExist:
            form.add_error(None, ENDED)
        else:
            saved(request, "Role changed. It counts from now on.")
            return redirect("people:detail", pk)
    return _person_page(request, membership, role_form=form, status=422)


@require_POST
@requires(Permission.PEOPLE_MANAGE)
@confirmed
def person_last_day(request: Request, pk: UUID) -> HttpResponse:
    """Say when somebody is here last; an empty day takes that back."""
    membership = _member_or_404(request, pk)
    form = LastDayForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["last_day"]
        try:
            members.set_last_day(by=request.actor, clinic=request.clinic, user_id=pk, last_day=day)
        except members.LastOwner as refusal:
            form.add_error("last_day", str(refusal))
        except Membership.DoesNotExist:
            form.add_error(None, ENDED)
        else:
            saved(request, "Last day saved." if day else "Last day taken back.")
            return redirect("people:detail", pk)
    return _person_page(request, membership, day_form=form, status=422)


@require_POST
@requires(Permission.PEOPLE_MANAGE)
@confirmed
def person_factor_reset(request: Request, pk: UUID) -> HttpResponse:
    """Take the second factor from somebody who has lost it."""
    membership = _member_or_404(request, pk)
    form = FactorResetForm(request.POST)
    if form.is_valid():
        try:
            reset_factor(by=request.actor, clinic=request.clinic, user_id=pk, **form.cleaned_data)
        except members.Refused as refusal:
            form.add_error(None, str(refusal))
        except Membership.DoesNotExist:
            form.add_error(None, ENDED)
        else:
            saved(request, "Second factor reset. They were signed out, and get a mail.")
            return redirect("people:detail", pk)
    return _person_page(request, membership, factor_form=form, status=422)


def _member_or_404(request: Request, pk: UUID) -> Membership:
    membership = members.member_of(request.clinic, pk)
    if membership is None:
        raise Http404
    return membership


def _person_page(
    request: Request,
    membership: Membership,
    *,
    role_form: RoleForm | None = None,
    day_form: LastDayForm | None = None,
    factor_form: FactorResetForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "member": membership,
        "state": members.state_of(membership),
        "sessions": open_sessions([membership.user_id]).get(membership.user_id, 0),
        "form": role_form or day_form or factor_form,
        "role_form": role_form or RoleForm(initial={"role": membership.role}),
        "day_form": day_form or LastDayForm(initial={"last_day": membership.last_day}),
        "factor_form": factor_form or FactorResetForm(),
        "has_factor": membership.user_id in with_factor([membership.user_id]),
        "is_self": membership.user_id == request.user.pk,
        "is_last_owner": members.is_last_owner(membership),
        "practitioner": Practitioner.objects.filter(pk=membership.user_id).first(),
        "heirs": Practitioner.objects.active().exclude(pk=membership.user_id).order_by("display_name"),
        **more,
    }
    return render(request, "people/person_detail.html", context, status=status)
