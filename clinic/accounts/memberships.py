"""What somebody may do in a clinic, asked anew: for work that goes on after the request that began it."""

from uuid import UUID

from clinic.access import PERMISSIONS, Permission, Role
from clinic.accounts.models import Membership
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import public_scope


def permissions_of(user_id: UUID, clinic: Clinic) -> frozenset[Permission]:
    """What the role of a user allows now; nothing to who is no member, or whose account is closed."""
    with public_scope():
        member = Membership.objects.current(clinic).filter(user=user_id).first()
    return PERMISSIONS[Role(member.role)] if member is not None else frozenset()
