"""The memberships of who is signed in; and what somebody may do in a clinic, asked anew by work after its request."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.utils.dateparse import parse_datetime

from clinic.access import PERMISSIONS, RESTRICTED_ROLES, ROLE_LABELS, Permission, Role
from clinic.accounts.models import Membership
from clinic.accounts.sessions import loaded
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import public_scope

# What a clinic chose about its people, in its row.
CHOSEN = ("idle_minutes", "restricts_patients", "second_factor_required")


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
    role: Role
    preferences: dict[str, Any]
    last_day: str | None

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[self.role]

    def clinic(self) -> Clinic:
        """The clinic as it was read, without when it was created: nothing that a request does asks for that."""
        same = ("schema_name", "state", "out_of_service", "time_zone", "country")
        values: dict[str, Any] = {name: getattr(self, name) for name in (*same, *CHOSEN)}
        values |= {"id": UUID(self.clinic_id), "name": self.clinic_name, "created_at": None}
        values["deleted_at"] = parse_datetime(self.deleted_at) if self.deleted_at else None
        clinic: Clinic = loaded(Clinic, values, DEFAULT_DB_ALIAS)
        return clinic


def permissions_of(user_id: UUID, clinic: Clinic) -> frozenset[Permission]:
    """What the role of a user allows now; nothing to who is no member, or whose account is closed."""
    role = _role_of(user_id, clinic)
    return PERMISSIONS[role] if role is not None else frozenset()


def restricted_to(user_id: UUID, clinic: Clinic) -> UUID | None:
    """Whose patients alone a user sees now: their own, or None for everybody's. Who is no member sees their own."""
    if not clinic.restricts_patients:
        return None
    role = _role_of(user_id, clinic)
    return user_id if role is None or role in RESTRICTED_ROLES else None


def _role_of(user_id: UUID, clinic: Clinic) -> Role | None:
    with public_scope():
        member = Membership.objects.current(clinic).filter(user=user_id).first()
    return Role(member.role) if member is not None else None
