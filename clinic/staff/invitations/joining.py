"""The page behind an invitation's link, for whoever has it: signed in or not, with an account or without.

A link that is unknown, used, revoked, replaced, expired or of a closed account always gets the same page.
"""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clinic.access import ROLE_LABELS, Request, Role, public
from clinic.accounts.limits.counters import TooMany
from clinic.accounts.limits.declared import INVITATIONS
from clinic.accounts.limits.tries import Try, by_address, trying, wait_text
from clinic.accounts.models import Invitation, Membership, User
from clinic.accounts.sessions import CLINIC_KEY
from clinic.staff.invitations import actions
from clinic.staff.invitations.actions import Gone
from clinic.staff.invitations.forms import NewAccountForm
from clinic.tenancy.scope import clinic_scope
from clinic.ui import errors
from clinic.ui.pages import keep_private, saved

TOO_MANY = "There were too many tries from here. Wait {}, then open the link again."
CLOSED = "The clinic is closed for the moment. Open the link again later."


@public
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: Request, token: str) -> HttpResponse:
    """Show what the link is for; posting joins."""
    try:
        with trying(request, by_address(request, INVITATIONS)) as attempt:
            return keep_private(_answer(request, token, attempt))
    except TooMany as refusal:
        message = TOO_MANY.format(wait_text(refusal.seconds))
        return keep_private(errors.answer(request, 429, "too_many", message))


def _answer(request: Request, token: str, attempt: Try) -> HttpResponse:
    try:
        return _by_link(request, token)
    except Gone:
        attempt.wrong = True
        return render(request, "invitations/gone.html", status=404)


def _by_link(request: Request, token: str) -> HttpResponse:
    invitation = actions.find_invitation(token)
    if invitation is None:
        raise Gone
    if invitation.clinic.is_closed:
        return errors.answer(request, 503, "unavailable", CLOSED)
    account = User.objects.filter(email=invitation.email).first()
    if account is not None and not account.is_active:
        raise Gone
    if request.user.is_authenticated:
        if account is None or request.user.pk != account.pk:
            return _page(request, token, invitation, other=True, status=409 if request.method == "POST" else 200)
        if request.method == "POST":
            return _join(request, token, invitation, account)
        return _page(request, token, invitation, member=True)
    if account is not None:
        return _page(request, token, invitation, known=True, status=409 if request.method == "POST" else 200)
    return _new_account(request, token, invitation)


def _join(request: Request, token: str, invitation: Invitation, account: User) -> HttpResponse:
    with clinic_scope(invitation.clinic):
        membership = actions.join(clinic=invitation.clinic, token=token, user=account)
    return _into(request, membership, redirect("home"))


def _new_account(request: Request, token: str, invitation: Invitation) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    form = NewAccountForm(typed, email=invitation.email, clinic_name=invitation.clinic.name)
    if not form.is_valid():
        return _page(request, token, invitation, form=form, status=422 if form.is_bound else 200)
    with clinic_scope(invitation.clinic):
        membership = actions.join_with_new_account(clinic=invitation.clinic, token=token, **form.cleaned_data)
    request.user = AnonymousUser()
    signed_in = perform_login(request, membership.user, email_verification="none", redirect_url="/")
    # Whoever has just chosen a password has shown who they are, as at signing in.
    record_authentication(request, membership.user, method="password", email=membership.user.email)
    return _into(request, membership, signed_in)


def _into(request: Request, membership: Membership, response: HttpResponse) -> HttpResponse:
    """Work in the clinic that was joined from now on."""
    request.session[CLINIC_KEY] = str(membership.clinic_id)
    saved(request, "You have joined. Your name and your password are in the menu at the top.")
    return response


def _page(request: Request, token: str, invitation: Invitation, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "token": token,
        "invitation": invitation,
        "clinic_name": invitation.clinic.name,
        "role": ROLE_LABELS[Role(invitation.role)],
        **more,
    }
    return render(request, "invitations/join.html", context, status=status)
