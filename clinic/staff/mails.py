"""What a colleague is told by mail."""

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from clinic.access import ROLE_LABELS, Role
from clinic.accounts.models import Membership
from clinic.tenancy.models import Clinic


class NotSent(Exception):
    def __init__(self) -> None:
        super().__init__("The mail to them could not be sent, so nobody was added. Try again in a few minutes.")


def tell_colleague(membership: Membership, clinic: Clinic, *, sign_in: str = "", password: str = "") -> None:
    """Tell somebody that they can work in the clinic now; raises NotSent where no mail server takes it.

    `sign_in` and `password` are addresses: of the sign-in page, and of where a first password is chosen. Without them
    the mail says how to get there.
    """
    context = {
        "clinic": clinic,
        "user": membership.user,
        "role": ROLE_LABELS[Role(membership.role)],
        "has_password": membership.user.has_usable_password(),
        "sign_in": sign_in,
        "password": password,
    }
    body = render_to_string("people/added.txt", context)
    try:
        EmailMessage(f"You can now work in {clinic.name}", body, to=[membership.user.email]).send()
    except OSError as error:
        raise NotSent from error
