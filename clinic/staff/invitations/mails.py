"""What somebody is told by mail who was invited."""

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime

from clinic.access import ROLE_LABELS, Role
from clinic.accounts.models import Invitation
from clinic.tenancy.models import Clinic


class NotSent(Exception):
    def __init__(self) -> None:
        super().__init__("The mail to them could not be sent, so nobody was invited. Try again in a few minutes.")


def send_invitation(invitation: Invitation, clinic: Clinic, *, link: str) -> None:
    """Send the link to the address that is invited; raises NotSent where no mail server takes it."""
    context = {
        "clinic": clinic,
        "role": ROLE_LABELS[Role(invitation.role)],
        "last_day": invitation.last_day,
        "link": link,
        "until": date_format(localtime(invitation.expires_at, clinic.zone), "j M Y, H:i"),
    }
    body = render_to_string("invitations/invitation.txt", context)
    try:
        EmailMessage(f"You are invited to work in {clinic.name}", body, to=[invitation.email]).send()
    except OSError as error:
        raise NotSent from error
