"""What happens to somebody's account: one event in the trail of each clinic that they work in, and mails to them."""

import structlog
from django.core.mail import EmailMessage
from django.db import transaction
from django.tasks import task
from django.template.loader import render_to_string
from structlog.contextvars import bound_contextvars

from clinic.access import Actor
from clinic.accounts.models import Membership, User
from clinic.audit.actions import event
from clinic.tenancy.scope import clinic_scope

log = structlog.get_logger("clinic.accounts")


@transaction.atomic
def note_of_account(action: str, user: User, *, device: str = "") -> None:
    """Write an event of somebody's account, done by whoever had it, into each of their clinics.

    A clinic that waits for its migration has no trail that could be written; nobody works in it meanwhile.
    """
    by = Actor(str(user.pk), user.name or user.email)
    changes = {"device": [None, device]} if device else {}
    memberships = Membership.objects.filter(user=user.pk, is_active=True, clinic__out_of_service=False)
    for membership in memberships.select_related("clinic").order_by("clinic"):
        with clinic_scope(membership.clinic):
            noted = event(action, by=by, record_type="account", record_id=user.pk, changes=changes)
            noted.save(force_insert=True)


@task
def note_failure(user: str, action: str, request_id: str, address: str, trace_id: str = "") -> None:
    """Write that a password or a code was wrong; nothing where nobody has the account.

    The worker does it, so that an address with an account is answered no later than any other.
    """
    person = User.objects.filter(pk=user).first() if user else None
    if person is not None:
        with bound_contextvars(request_id=request_id, address=address, trace_id=trace_id):
            note_of_account(action, person)


@task
def tell_of_new_browser(user: str, device: str, address: str) -> None:
    """Tell somebody that they have signed in where they never did before."""
    person = User.objects.get(pk=user)
    body = render_to_string("account/email/new_browser.txt", {"device": device, "address": address})
    try:
        EmailMessage("You signed in on a new device", body, to=[person.email]).send()
    except OSError:
        log.warning("mail.not_sent", about="new browser")
