"""Who works in a clinic: giving a membership, changing a role, a last day, ending it; by pages and commands alike.

Each runs in the clinic's scope as the web's role. The membership is in `public`, the practitioner and the trail are
the clinic's, and one transaction holds all three.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.access import PRACTITIONER_ROLES, Role
from clinic.accounts.models import Membership, User
from clinic.audit.actions import By, record
from clinic.staff.actions import upsert_practitioner
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import public_scope

PEOPLE_LOCK = 7_302_414  # the advisory lock under which a clinic's memberships are changed


class Refused(Exception):
    """Nothing was written; the message is for whoever asked."""


class AlreadyMember(Refused):
    def __init__(self) -> None:
        super().__init__("Somebody with this address works in this clinic already.")


class OwnRole(Refused):
    def __init__(self) -> None:
        super().__init__("Nobody changes their own role. Ask another owner.")


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
    """Whether nobody else could look after the clinic's people: an owner with a last day is not counted on."""
    if not membership.is_active or membership.role != Role.OWNER or membership.last_day is not None:
        return False
    owners = Membership.objects.filter(clinic=membership.clinic_id, role=Role.OWNER, is_active=True, last_day=None)
    with public_scope():
        return not owners.filter(user__is_active=True).exclude(pk=membership.pk).exists()


def works_here(membership: Membership) -> bool:
    """Whether it opens the clinic today; asked in the clinic's scope, whose day it is."""
    last_day = membership.last_day
    return membership.is_active and (last_day is None or last_day >= timezone.localdate())


def state_of(membership: Membership) -> str:
    """What becomes of somebody who opens the clinic today, in words."""
    if not membership.is_active:
        return "Left"
    if not works_here(membership):
        return "Last day is over"
    if not membership.user.is_active:
        return "Account closed"
    if not membership.user.has_usable_password():
        return "No password yet"
    return "Active"


@transaction.atomic
def give_membership(*, by: By, clinic: Clinic, user: User, role: Role, last_day: date | None = None) -> Membership:
    """Let somebody work in the clinic; one that ended is given again, from today. Raises AlreadyMember."""
    lock_people()
    with public_scope():
        found = _rows(clinic).filter(user=user.pk).first() or Membership(clinic_id=clinic.pk, user=user)
        if found.pk is not None and works_here(found):
            raise AlreadyMember
        _set(found, role=role.value, is_active=True, last_day=last_day, created_at=timezone.now())
    upsert_practitioner(user, active=role in PRACTITIONER_ROLES, using=DEFAULT_DB_ALIAS)
    changes = {"email": [None, user.email], "role": [None, role.value]}
    if last_day is not None:
        changes["last_day"] = [None, last_day.isoformat()]
    record("member.joined", user, by=by, changes=changes)
    return found


@transaction.atomic
def change_role(*, by: By, clinic: Clinic, user_id: UUID, role: Role, reason: str) -> Membership:
    """Give a member another role, which counts from their next request on; the same role changes nothing.

    Raises OwnRole, LastOwner, and Membership.DoesNotExist for who is no member now.
    """
    if by.id == str(user_id):
        raise OwnRole
    lock_people()
    membership = _member(clinic, user_id)
    if membership.role == role:
        return membership
    before = _no_longer(membership, role=role.value)
    upsert_practitioner(membership.user, active=role in PRACTITIONER_ROLES, using=DEFAULT_DB_ALIAS)
    changes = {"role": [before, role.value], "reason": [None, reason]}
    record("member.role_changed", membership.user, by=by, changes=changes)
    return membership


@transaction.atomic
def set_last_day(*, by: By, clinic: Clinic, user_id: UUID, last_day: date | None) -> Membership:
    """Say when a member is here last, or take that back; the day after, the clinic opens nothing to them.

    Raises LastOwner, and Membership.DoesNotExist for who is no member now.
    """
    lock_people()
    membership = _member(clinic, user_id)
    before = membership.last_day
    if before == last_day:
        return membership
    if last_day is not None:
        _no_longer(membership, last_day=last_day)
    else:
        with public_scope():
            _set(membership, last_day=None)
    changes = {"last_day": [day.isoformat() if day else None for day in (before, last_day)]}
    record("member.last_day_set", membership.user, by=by, changes=changes)
    return membership


@transaction.atomic
def end_membership(*, by: By, clinic: Clinic, user_id: UUID, changes: dict[str, Any] | None = None) -> Membership:
    """Close the clinic to a member: what they have open there is answered no more, and their jobs stop.

    `changes` is what was done with what is theirs, for the same record in the trail. Raises as `set_last_day` does.
    """
    lock_people()
    membership = _member(clinic, user_id)
    before = _no_longer(membership, is_active=False)
    upsert_practitioner(membership.user, active=False, using=DEFAULT_DB_ALIAS)
    ended = {"email": [membership.user.email, None], "role": [before, None]}
    record("member.ended", membership.user, by=by, changes=ended | (changes or {}))
    return membership


def lock_people() -> None:
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
