"""Inviting somebody, and taking that back, for a clinic's owners."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, confirmed, requires, without_patients
from clinic.accounts.models import Invitation
from clinic.staff import members
from clinic.staff.invitations import actions
from clinic.staff.invitations.actions import Gone, Issued
from clinic.staff.invitations.forms import InvitationForm
from clinic.staff.invitations.mails import NotSent, send_invitation
from clinic.staff.views import people_page
from clinic.ui.pages import saved

SENT = "Invitation sent. Whoever reads mail at that address can join."


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PEOPLE_MANAGE)
@without_patients
@confirmed
def invitation_new(request: Request) -> HttpResponse:
    """Invite by mail; where the mail cannot be sent nobody is invited."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _send(request, actions.invite(by=request.actor, clinic=request.clinic, **form.cleaned_data))
        except members.AlreadyMember as refusal:
            form.add_error("email", str(refusal))
        except NotSent as problem:
            form.add_error(None, str(problem))
        else:
            saved(request, SENT)
            return redirect("people:list")
    context = {"form": form, "submit_label": "Send invitation", "cancel_url": reverse("people:list")}
    return render(request, "people/person_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.PEOPLE_MANAGE)
@confirmed
def invitation_again(request: Request, pk: UUID) -> HttpResponse:
    """Send another link in place of the one before."""
    try:
        _send(request, actions.send_again(by=request.actor, clinic=request.clinic, id=pk))
    except Invitation.DoesNotExist as error:
        raise Http404 from error
    except (Gone, members.AlreadyMember):
        saved(request, "This invitation was used or taken back meanwhile.")
    except NotSent as problem:
        return people_page(request, status=422, problem=str(problem))
    else:
        saved(request, "Invitation sent again. The earlier link does not work any more.")
    return redirect("people:list")


@require_POST
@requires(Permission.PEOPLE_MANAGE)
@confirmed
def invitation_revoke(request: Request, pk: UUID) -> HttpResponse:
    try:
        actions.revoke_invitation(by=request.actor, clinic=request.clinic, id=pk)
    except Invitation.DoesNotExist as error:
        raise Http404 from error
    except Gone:
        saved(request, "This invitation was used or taken back meanwhile.")
    else:
        saved(request, "Invitation taken back. Its link does not work any more.")
    return redirect("people:list")


def _send(request: Request, issued: Issued) -> None:
    link = request.build_absolute_uri(reverse("join", args=[issued.token]))
    send_invitation(issued.invitation, request.clinic, link=link)
