"""Who works in a clinic: adding a colleague, changing a role, ending a membership; used by pages and commands alike.

Each runs in the clinic's scope as the web's role. The membership is in `public`, the practitioner and the trail are
the clinic's, and one transaction holds all three.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.access import PRACTITIONER_ROLES, Role
from clinic.accounts.models import Membership, User
from clinic.audit.actions import By, record
from clinic.staff.actions import create_user, upsert_practitioner
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import public_scope

PEOPLE_LOCK = 7_302_414  # the advisory lock under which a clinic's memberships are changed


class Refused(Exception):
    """Nothing was written; the message is for whoever asked."""


class AlreadyMember(Refused):
    def __init__(self) -> None:
        super().__init__("Somebody with this address works in this clinic already.")


class AccountClosed(Refused):
    def __init__(self) -> None:
        super().__init__("The account of this address is closed. Whoever looks after the server can open it again.")


class LastOwner(Refused):
    def __init__(self) -> None:
        super().__init__("A clinic needs an owner, and this is the only one. Make somebody else an owner first.")


def members_of(clinic: Clinic) -> list[Membership]:
    """Everybody who works in the clinic or did, with their accounts: those who do first, then by name."""
    with public_scope():
        return list(_rows(clinic).order_by("-is_active", "user__name", "user__email"))


def member_of(clinic: Clinic, user_id: UUID) -> Membership | None:
    """The membership of one person, ended or not; None for somebody who never had one."""
    with public_scope():
        return _rows(clinic).filter(user=user_id).first()


def is_last_owner(membership: Membership) -> bool:
    """Whether nobody else could look after the clinic's people."""
    if not membership.is_active or membership.role != Role.OWNER:
        return False
    owners = Membership.objects.filter(clinic=membership.clinic_id, role=Role.OWNER, is_active=True)
    with public_scope():
        return not owners.filter(user__is_active=True).exclude(pk=membership.pk).exists()


@transaction.atomic
def add_colleague(*, by: By, clinic: Clinic, email: str, name: str, role: Role) -> Membership:
    """Let somebody work in the clinic; who has no account under this address gets one, without a password.

    An account that is there keeps its name. A membership that was ended is given again, from today. Raises
    AlreadyMember, AccountClosed, and ValidationError for an address or a name that is none.
    """
    _one_at_a_time()
    with public_scope():
        user = _account(email.strip().lower(), name)
        if not user.is_active:
            raise AccountClosed
        given = {"role": role.value, "is_active": True, "created_at": timezone.now()}
        found = _rows(clinic).filter(user=user.pk).first()
        if found is not None and found.is_active:
            raise AlreadyMember
        if found is None:
            found = Membership(clinic_id=clinic.pk, user=user)
        _set(found, **given)
    upsert_practitioner(user, active=role in PRACTITIONER_ROLES, using=DEFAULT_DB_ALIAS)
    record("member.added", user, by=by, changes={"email": [None, user.email], "role": [None, role.value]})
    return found


@transaction.atomic
def change_role(*, by: By, clinic: Clinic, user_id: UUID, role: Role) -> Membership:
    """Give a member another role, which counts from their next request on; the same role changes nothing.

    Raises LastOwner, and Membership.DoesNotExist for who is no member now.
    """
    _one_at_a_time()
    membership = _member(clinic, user_id)
    if membership.role == role:
        return membership
    before = _no_longer(membership, role=role.value)
    upsert_practitioner(membership.user, active=role in PRACTITIONER_ROLES, using=DEFAULT_DB_ALIAS)
    record("member.role_changed", membership.user, by=by, changes={"role": [before, role.value]})
    return membership


@transaction.atomic
def end_membership(*, by: By, clinic: Clinic, user_id: UUID) -> Membership:
    """Close the clinic to a member: what they have open there is answered no more, and their jobs stop.

    Their patients stay theirs until somebody assigns them. Raises as `change_role` does.
    """
    _one_at_a_time()
    membership = _member(clinic, user_id)
    before = _no_longer(membership, is_active=False)
    upsert_practitioner(membership.user, active=False, using=DEFAULT_DB_ALIAS)
    changes = {"email": [membership.user.email, None], "role": [before, None]}
    record("member.ended", membership.user, by=by, changes=changes)
    return membership


def _one_at_a_time() -> None:
    """Let nobody else change the clinic's memberships until the transaction ends: of two owners one stays."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), %s)", [PEOPLE_LOCK])


def _rows(clinic: Clinic) -> "QuerySet[Membership]":
    return Membership.objects.filter(clinic=clinic.pk).select_related("user")


def _member(clinic: Clinic, user_id: UUID) -> Membership:
    with public_scope():
        return _rows(clinic).get(user=user_id, is_active=True)


def _no_longer(membership: Membership, **fields: Any) -> str:
    """Take the membership as it was away, unless it is the last owner's; the role that it had."""
    before = membership.role
    if is_last_owner(membership):
        raise LastOwner
    with public_scope():
        _set(membership, **fields)
    return before


def _set(membership: Membership, **fields: Any) -> None:
    """Write these fields and no others: the web's role may change no more of a membership that is there."""
    is_new = membership.pk is None
    for name, value in fields.items():
        setattr(membership, name, value)
    membership.save(force_insert=is_new, update_fields=None if is_new else list(fields))


def _account(email: str, name: str) -> User:
    """The account of an address, made where there is none; another clinic may be making the same one."""
    found = User.objects.filter(email=email).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return create_user(email=email, name=name, using=DEFAULT_DB_ALIAS)
    except (IntegrityError, ValidationError):
        found = User.objects.filter(email=email).first()
        if found is None:
            raise
        return found
