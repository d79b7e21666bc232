"""The memberships of who is signed in; and what somebody may do in a clinic, asked anew by work after its request."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from clinic.access import PERMISSIONS, RESTRICTED_ROLES, ROLE_LABELS, SCOPE_PERMISSIONS, Permission, Role
from clinic.accounts.models import ApiClient, Membership
from clinic.accounts.rows import loaded
from clinic.tenancy.models import CHOSEN, Clinic
from clinic.tenancy.scope import public_scope

PROGRAM = "client:"  # before the number of a program, where the trail names one


@dataclass(frozen=True)
class Member:
    """One clinic that the person signed in belongs to."""

    clinic_id: str
    clinic_name: str
    schema_name: str
    state: str
    out_of_service: bool
    deleted_at: str | None
    time_zone: str
    country: str
    idle_minutes: int
    restricts_patients: bool
    second_factor_required: bool
    colour: str
    icon: str
    role: Role
    preferences: dict[str, Any]
    last_day: str | None

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[self.role]

    def clinic(self) -> Clinic:
        """The clinic as it was read, without when it was created: nothing that a request does asks for that."""
        same = ("schema_name", "state", "out_of_service", *CHOSEN)
        values: dict[str, Any] = {name: getattr(self, name) for name in same}
        values |= {"id": UUID(self.clinic_id), "name": self.clinic_name, "created_at": None}
        values["deleted_at"] = parse_datetime(self.deleted_at) if self.deleted_at else None
        clinic: Clinic = loaded(Clinic, values)
        return clinic


def permissions_of(actor_id: str, clinic: Clinic) -> frozenset[Permission]:
    """What the role of a user, or the scopes of a program, allow now.

    Nothing to who is no member, or whose account is closed, and to a program that is let in no more.
    """
    if actor_id.startswith(PROGRAM):
        with public_scope():
            client = ApiClient.objects.filter(clinic=clinic.pk, pk=actor_id.removeprefix(PROGRAM)).first()
            scopes = client.allowed_scopes if client is not None and client.is_open else []
        return frozenset().union(*(SCOPE_PERMISSIONS[scope] for scope in scopes))
    role = _role_of(UUID(actor_id), clinic)
    return PERMISSIONS[role] if role is not None else frozenset()


def restricted_to(actor_id: str, clinic: Clinic) -> UUID | None:
    """Whose patients alone a user sees now: their own, or None for everybody's. Who is no member sees their own.

    A program sees everybody's.
    """
    if not clinic.restricts_patients or actor_id.startswith(PROGRAM):
        return None
    user_id = UUID(actor_id)
    role = _role_of(user_id, clinic)
    return user_id if role is None or role in RESTRICTED_ROLES else None


def _role_of(user_id: UUID, clinic: Clinic) -> Role | None:
    with public_scope():
        member = Membership.objects.current(clinic).filter(user=user_id).first()
    return Role(member.role) if member is not None else None
