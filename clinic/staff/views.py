"""The pages about the people of a clinic, for its owners."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, Role, requires
from clinic.accounts.models import Membership
from clinic.accounts.passwords import password_link
from clinic.staff import members
from clinic.staff.forms import ColleagueForm, RoleForm
from clinic.staff.mails import NotSent, tell_colleague
from clinic.staff.models import Practitioner
from clinic.ui.pages import saved

ENDED = "This membership was ended meanwhile. Add the address again to give it back."


@require_safe
@requires(Permission.CLINIC_MANAGE)
def person_list(request: Request) -> HttpResponse:
    return render(request, "people/person_list.html", {"members": members.members_of(request.clinic)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
def person_new(request: Request) -> HttpResponse:
    """Add a colleague, who is told by mail; where the mail cannot be sent nobody is added."""
    form = ColleagueForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            added = members.add_colleague(by=request.actor, clinic=request.clinic, **form.cleaned_data)
            _tell(request, added)
        except (members.Refused, ValidationError) as refusal:
            form.add_error("email", _sentence(refusal))
        except NotSent as problem:
            form.add_error(None, str(problem))
        else:
            saved(request, "Colleague added. They get a mail that says how to sign in.")
            return redirect("people:list")
    context = {"form": form, "submit_label": "Add colleague", "cancel_url": reverse("people:list")}
    return render(request, "people/person_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
def person_detail(request: Request, pk: UUID) -> HttpResponse:
    """One person of the clinic; posting gives them another role."""
    membership = _member_or_404(request, pk)
    if request.method != "POST":
        return _person_page(request, membership, RoleForm(initial={"role": membership.role}))
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            members.change_role(by=request.actor, clinic=request.clinic, user_id=pk, role=form.cleaned_data["role"])
        except members.LastOwner as refusal:
            form.add_error("role", str(refusal))
        except Membership.DoesNotExist:
            form.add_error(None, ENDED)
        else:
            saved(request, "Role changed. It counts from now on.")
            return _away(request, pk, still=form.cleaned_data["role"] == Role.OWNER)
    return _person_page(request, membership, form, status=422)


@require_POST
@requires(Permission.CLINIC_MANAGE)
def person_end(request: Request, pk: UUID) -> HttpResponse:
    """End a membership at once; adding the same address again gives it back."""
    membership = _member_or_404(request, pk)
    try:
        members.end_membership(by=request.actor, clinic=request.clinic, user_id=pk)
    except members.LastOwner as refusal:
        form = RoleForm(initial={"role": membership.role})
        return _person_page(request, membership, form, status=422, problem=str(refusal))
    except Membership.DoesNotExist:
        return redirect("people:detail", pk)
    saved(request, "Membership ended. Adding the same address again gives it back.")
    return _away(request, pk, still=False)


def _member_or_404(request: Request, pk: UUID) -> Membership:
    membership = members.member_of(request.clinic, pk)
    if membership is None:
        raise Http404
    return membership


def _person_page(
    request: Request, membership: Membership, form: RoleForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "member": membership,
        "form": form,
        "is_self": membership.user_id == request.user.pk,
        "is_last_owner": members.is_last_owner(membership),
        "practitioner": Practitioner.objects.filter(pk=membership.user_id).first(),
        **more,
    }
    return render(request, "people/person_detail.html", context, status=status)


def _away(request: Request, pk: UUID, *, still: bool) -> HttpResponse:
    """To the person's page; who took their own ownership away has no business there any more."""
    if pk == request.user.pk and not still:
        return redirect("home")
    return redirect("people:detail", pk)


def _tell(request: Request, added: Membership) -> None:
    password = "" if added.user.has_usable_password() else password_link(request, added.user)
    sign_in = request.build_absolute_uri(reverse("account_login"))
    tell_colleague(added, request.clinic, sign_in=sign_in, password=password)


def _sentence(refusal: Exception) -> str:
    return " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
