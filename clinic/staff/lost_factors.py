"""Taking the second factor from somebody who has lost it: by an owner of the one clinic they work in, or an operator.

It opens an account to the password alone, so it never reaches into another clinic: where somebody works in several, an
operator does it, and each of them has the event.
"""

from uuid import UUID

import structlog
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage
from django.db import transaction
from django.tasks import task
from django.template.loader import render_to_string

from clinic.accounts.factors.queries import with_factor
from clinic.accounts.models import Membership, Session, User
from clinic.audit.actions import By, record
from clinic.staff.members import Refused
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope, public_scope

log = structlog.get_logger("clinic.accounts")


class OwnFactor(Refused):
    def __init__(self) -> None:
        super().__init__("Change your own second factor on your account's page, or ask another owner.")


class NoFactor(Refused):
    def __init__(self) -> None:
        super().__init__("There is no second factor to reset.")


class WorksElsewhere(Refused):
    def __init__(self) -> None:
        super().__init__("They work in another clinic too, so only whoever runs the server can reset it.")


@transaction.atomic
def reset_factor(*, by: By, clinic: Clinic, user_id: UUID, reason: str) -> None:
    """Remove the factors and recovery codes of a member of this clinic alone, and end their sessions.

    Raises OwnFactor, NoFactor, WorksElsewhere, and Membership.DoesNotExist for who is no member now.
    """
    if by.id == str(user_id):
        raise OwnFactor
    with public_scope():
        rows = list(Membership.objects.filter(user=user_id, is_active=True).select_related("user"))
    own = next((row for row in rows if row.clinic_id == clinic.pk), None)
    if own is None:
        raise Membership.DoesNotExist
    if len(rows) > 1:
        raise WorksElsewhere
    _remove(own.user)
    record("member.factor_reset", own.user, by=by, changes={"reason": [None, reason]})


@transaction.atomic
def reset_factor_everywhere(*, by: By, user: User, reason: str) -> None:
    """The same for somebody of any number of clinics; raises NoFactor. Outside every clinic."""
    _remove(user)
    for membership in Membership.objects.filter(user=user.pk, is_active=True).select_related("clinic"):
        with clinic_scope(membership.clinic):
            record("member.factor_reset", user, by=by, changes={"reason": [None, reason]})


def _remove(user: User) -> None:
    if not with_factor([user.pk]):
        raise NoFactor
    with public_scope():
        Authenticator.objects.filter(user=user.pk).delete()
        Session.objects.filter(user=user.pk).delete()
        tell_of_reset.enqueue(user=str(user.pk))


@task
def tell_of_reset(user: str) -> None:
    """Tell somebody that their password alone opens their account now."""
    person = User.objects.get(pk=user)
    body = render_to_string("people/factor_reset.txt", {"user": person})
    try:
        EmailMessage("Your second factor was reset", body, to=[person.email]).send()
    except OSError:
        log.warning("mail.not_sent", about="reset factor")
