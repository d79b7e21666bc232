"""Inviting somebody at the command line, where the link is printed as well."""

from datetime import date

from django.conf import settings
from django.urls import reverse

from clinic.access import Role
from clinic.audit.actions import By
from clinic.staff.invitations.actions import invite
from clinic.staff.invitations.mails import NotSent, send_invitation
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope


def invite_and_say(*, by: By, clinic: Clinic, email: str, role: Role, last_day: date | None = None) -> list[str]:
    """Invite, send the mail, and give the lines to print. Without a mail server the link is the way in.

    Raises AlreadyMember.
    """
    with clinic_scope(clinic):
        issued = invite(by=by, clinic=clinic, email=email, role=role, last_day=last_day)
    link = f"{settings.SITE_URL.rstrip('/')}{reverse('join', args=[issued.token])}"
    lines = [f"{issued.invitation.email} is invited to {clinic.name}. This link works once, for three days:", link]
    try:
        send_invitation(issued.invitation, clinic, link=link)
    except NotSent:
        lines.append("The mail could not be sent. Give them the link in another way.")
    return lines
