"""Creating clinics and their members."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django_tenants.utils import get_tenant_database_alias

from clinic.access import PRACTITIONER_ROLES, Role
from clinic.accounts.models import Membership, User
from clinic.audit.actions import By, record
from clinic.staff.models import Practitioner
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from clinic.ui.forms import one_line


@dataclass(frozen=True)
class Operator:
    """Who the trail names when somebody works at the command line."""

    id: str = "operator"
    name: str = "Operator"

    @classmethod
    def named(cls, name: str) -> "Operator":
        """The operator as somebody, where a command says who that is."""
        return cls(name=one_line(name)[:200] or cls.name)


OPERATOR = Operator()


def create_user(*, email: str, name: str, password: str | None = None, using: str = "") -> User:
    """Somebody who can sign in, of no clinic yet; without `password` they set one by mail.

    Written as the database's owner, or by the connection that `using` names. Raises ValidationError for an address
    that is malformed or taken.
    """
    user = User(email=email.strip().lower(), name=one_line(name))
    user.set_password(password)
    user.full_clean()
    user.save(using=using or get_tenant_database_alias())
    return user


def create_clinic(*, name: str, owner: User | None, by: By, time_zone: str = "") -> Clinic:
    """A new clinic with its first member, all in one transaction of the database's owner; without `owner` nobody yet.

    Without `time_zone` it has the server's. Raises ValidationError for a taken name and a zone that is none.
    """
    with transaction.atomic(using=get_tenant_database_alias()):
        clinic = provisioning.create_clinic(name=name, time_zone=time_zone)
        if owner is not None:
            add_member(clinic=clinic, user=owner, role=Role.OWNER, by=by)
    return clinic


def add_member(*, clinic: Clinic, user: User, role: Role, by: By) -> Membership:
    """Give `user` the role in `clinic`, and a practitioner record where the role sees patients. Idempotent."""
    owner = get_tenant_database_alias()
    with transaction.atomic(using=owner):
        membership, created = Membership.objects.using(owner).update_or_create(
            user_id=user.pk, clinic_id=clinic.pk, defaults={"role": role.value, "is_active": True}
        )
        with clinic_scope(clinic, using=owner):
            practitioner = upsert_practitioner(user, active=role in PRACTITIONER_ROLES, using=owner)
            if created and practitioner is not None:
                record("practitioner.added", practitioner, by=by, changes={"role": role.value})
    return membership


def upsert_practitioner(user: User, *, active: bool, using: str) -> Practitioner | None:
    """The practitioner record of `user` in the active clinic; None for somebody who never had one and needs none."""
    rows = Practitioner.objects.using(using)
    if not active and not rows.filter(pk=user.pk).exists():
        return None
    defaults = {"display_name": user.name or user.email, "is_active": active}
    return rows.update_or_create(pk=UUID(str(user.pk)), defaults=defaults)[0]
