"""The people and programs of a restored clinic: as they were in it, and known by the accounts that are here."""

from uuid import UUID

from django.core import serializers
from django.db.models import ManyToOneRel, Model, Q
from django_tenants.utils import get_tenant_database_alias, quote_schema_name

from clinic.accounts.models import ApiClient, Membership, User
from clinic.lists.models import Job, SavedView
from clinic.staff.models import Practitioner
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.models import Clinic


def bring_people(clinic: Clinic, text: str) -> tuple[list[str], list[str]]:
    """Make memberships and API clients those of a backup; by address, who is a member again and who no longer is.

    An account that is here, by id or by address, stays as it is; one that is missing comes with its password. Where
    an address has another id here, the clinic's record of that person takes this id.
    """
    owner = get_tenant_database_alias()
    before = _addresses(clinic)
    Membership.objects.using(owner).filter(clinic=clinic).delete()
    clients = ApiClient.objects.using(owner).filter(clinic=clinic)
    own = set(clients.values_list("pk", flat=True))
    clients.delete()
    keys: dict[UUID, UUID] = {}
    for item in serializers.deserialize("json", text, using=owner, ignorenonexistent=True):
        thing = item.object
        if isinstance(thing, User):
            keys[thing.pk] = _account(thing)
            continue
        if isinstance(thing, Membership):
            thing.pk, thing.user_id = None, keys[thing.user_id]
        elif thing.pk not in own:
            thing.pk = None
        thing.save_base(raw=True, using=owner, force_insert=True)
    for old, new in keys.items():
        if old != new:
            _take_key(clinic, old, new)
    after = _addresses(clinic)
    return sorted(after - before), sorted(before - after)


def _addresses(clinic: Clinic) -> set[str]:
    members = Membership.objects.using(get_tenant_database_alias()).filter(clinic=clinic, is_active=True)
    return set(members.values_list("user__email", flat=True))


def _account(user: User) -> UUID:
    """The key of the account that is this person's here; made where there is none."""
    owner = get_tenant_database_alias()
    known = User.objects.using(owner).filter(Q(pk=user.pk) | Q(email=user.email))
    found = known.filter(pk=user.pk).first() or known.first()
    if found is None:
        user.save_base(raw=True, using=owner, force_insert=True)
    return (found or user).pk


def _take_key(clinic: Clinic, old: UUID, new: UUID) -> None:
    """Change the key of a practitioner, and of what is that person's; the trail stays as it was written."""
    owner = get_tenant_database_alias()
    relations = [rel for rel in Practitioner._meta.get_fields(include_hidden=True) if isinstance(rel, ManyToOneRel)]
    columns: list[tuple[type[Model], str]] = [(rel.related_model, rel.field.attname) for rel in relations]
    columns += [(Practitioner, "id"), (SavedView, "owner_id"), (Job, "by_id")]
    provisioning.run([f"SET LOCAL search_path = {quote_schema_name(clinic.schema_name)}, public"])
    for model, column in columns:
        model._base_manager.using(owner).filter(**{column: str(old)}).update(**{column: str(new)})
    provisioning.run(["SET LOCAL search_path = public"])
