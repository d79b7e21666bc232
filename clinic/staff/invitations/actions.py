"""Asking somebody by mail to work in a clinic, and joining by the link of that mail.

Each runs in the clinic's scope as the web's role, under the lock of the clinic's people.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.access import Actor, Role
from clinic.accounts.links import checksum, new_token
from clinic.accounts.models import Invitation, Membership, User
from clinic.audit.actions import By, record
from clinic.staff import members
from clinic.staff.actions import create_user
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import public_scope

TERM = timedelta(hours=72)


class Gone(Exception):
    """The invitation was used, revoked, replaced or has expired, or is another person's."""


@dataclass(frozen=True)
class Issued:
    """An invitation with the token of its link. The token is known only now."""

    invitation: Invitation
    token: str


def waiting(clinic: Clinic) -> list[Invitation]:
    """Invitations that nobody used or revoked, expired ones too, by address."""
    with public_scope():
        return list(Invitation.objects.filter(clinic=clinic.pk, closed_at=None).order_by("email"))


def find_invitation(token: str) -> Invitation | None:
    """The open invitation of a token, with its clinic; asked outside every clinic."""
    found = Invitation.objects.select_related("clinic").filter(checksum=checksum(token)).first()
    return found if found is not None and found.is_open else None


@transaction.atomic
def invite(*, by: By, clinic: Clinic, email: str, role: Role, last_day: date | None = None) -> Issued:
    """Invite whoever reads the mail of an address; an earlier link of the clinic to it leads nowhere from now on.

    Whether there is an account of that address makes no difference. Raises AlreadyMember.
    """
    members.lock_people()
    email, token = email.strip().lower(), new_token()
    with public_scope():
        there = Membership.objects.filter(clinic=clinic.pk, user__email=email).first()
        if there is not None and members.works_here(there):
            raise members.AlreadyMember
        _close(_open(clinic).filter(email=email))
        invitation = Invitation.objects.create(
            clinic_id=clinic.pk,
            email=email,
            role=role.value,
            last_day=last_day,
            checksum=checksum(token),
            expires_at=timezone.now() + TERM,
        )
    changes = {"email": [None, email], "role": [None, role.value]}
    if last_day is not None:
        changes["last_day"] = [None, last_day.isoformat()]
    record("member.invited", invitation, by=by, changes=changes)
    return Issued(invitation, token)


@transaction.atomic
def send_again(*, by: By, clinic: Clinic, id: UUID) -> Issued:
    """Replace an invitation by one that says the same, from now. Raises as `revoke_invitation` and `invite` do."""
    old = _waiting(clinic, id)
    return invite(by=by, clinic=clinic, email=old.email, role=Role(old.role), last_day=old.last_day)


@transaction.atomic
def revoke_invitation(*, by: By, clinic: Clinic, id: UUID) -> None:
    """Let nobody join by it any more. Raises Invitation.DoesNotExist, and Gone for one by which nobody could."""
    invitation = _waiting(clinic, id)
    with public_scope():
        _close(_open(clinic).filter(pk=id))
    record("member.invitation_revoked", invitation, by=by, changes={"email": [invitation.email, None]})


@transaction.atomic
def join(*, clinic: Clinic, token: str, user: User) -> Membership:
    """Use an invitation for the account of its address; raises Gone. Who works there already keeps what they have."""
    return _use(_claim(clinic, token), clinic, user)


@transaction.atomic
def join_with_new_account(*, clinic: Clinic, token: str, name: str, password: str) -> Membership:
    """Make the account of an invitation's address and use it; raises Gone where somebody made the account meanwhile."""
    invitation = _claim(clinic, token)
    try:
        with public_scope(), transaction.atomic():
            user = create_user(email=invitation.email, name=name, password=password, using=DEFAULT_DB_ALIAS)
    except (IntegrityError, ValidationError) as taken:
        raise Gone from taken
    return _use(invitation, clinic, user)


def _open(clinic: Clinic) -> "QuerySet[Invitation]":
    return Invitation.objects.filter(clinic=clinic.pk, closed_at=None)


def _waiting(clinic: Clinic, id: UUID) -> Invitation:
    members.lock_people()
    with public_scope():
        invitation = Invitation.objects.filter(clinic=clinic.pk).get(pk=id)
    if invitation.closed_at is not None:
        raise Gone
    return invitation


def _claim(clinic: Clinic, token: str) -> Invitation:
    """The invitation, read under the lock: of two who use a link at once one is late."""
    members.lock_people()
    with public_scope():
        invitation = find_invitation(token)
    if invitation is None or invitation.clinic_id != clinic.pk:
        raise Gone
    return invitation


def _use(invitation: Invitation, clinic: Clinic, user: User) -> Membership:
    if user.email != invitation.email or not user.is_active:
        raise Gone
    with public_scope():
        _close(_open(clinic).filter(pk=invitation.pk))
    there = members.member_of(clinic, user.pk)
    if there is not None and members.works_here(there):
        return there
    by = Actor(str(user.pk), user.name or user.email)
    return members.give_membership(
        by=by, clinic=clinic, user=user, role=Role(invitation.role), last_day=invitation.last_day
    )


def _close(invitations: "QuerySet[Invitation]") -> None:
    invitations.update(closed_at=timezone.now())
