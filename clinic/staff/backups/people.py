"""The people and programs of a restored clinic: as they were in it, and known by the accounts that are here."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.serializers.base import DeserializationError
from django.core.validators import validate_email
from django.db.models import ManyToOneRel, Model, Q
from django_tenants.utils import get_tenant_database_alias, quote_schema_name

from clinic.accounts.models import ApiClient, Membership, User
from clinic.lists.models import Job, SavedView
from clinic.staff.models import Practitioner
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.lifecycle.backup_rows import Refused
from clinic.tenancy.models import Clinic

# What a backup says of each, by the name it has there; whatever else a file says is not read.
SAID = {
    "accounts.user": ("email", "name", "is_active", "date_joined", "password"),
    "accounts.membership": ("user", "role", "is_active", "last_day", "preferences", "created_at"),
    "accounts.apiclient": (
        *("client_id", "client_secret", "hash_client_secret", "name", "can_write", "scopes", "last_day", "disabled_at"),
        *("secret_checksum", "secret_since", "earlier_checksum", "earlier_until", "created", "updated", "last_used_at"),
    ),
}
UNREAD = "What it says of people or programs cannot be read."


def written_people(clinic: Clinic) -> str:
    """Who may use a clinic, as `bring_people` reads it.

    The password of somebody who belongs to other clinics too is left out: it is as good a key to theirs.
    """
    said = {name for names in SAID.values() for name in names}
    return str(serializers.serialize("json", _people(clinic), fields=said))


def _people(clinic: Clinic) -> Iterator[User | Membership | ApiClient]:
    owner = get_tenant_database_alias()
    elsewhere = set(
        Membership.objects.using(owner)
        .filter(user__memberships__clinic=clinic)
        .exclude(clinic=clinic)
        .values_list("user", flat=True)
    )
    for user in User.objects.using(owner).filter(memberships__clinic=clinic):
        if user.pk in elsewhere:
            user.password = make_password(None)
        yield user
    yield from Membership.objects.using(owner).filter(clinic=clinic)
    yield from ApiClient.objects.using(owner).filter(clinic=clinic)


def _read(text: str) -> list[Any]:
    """What a backup says of people, memberships and programs, of no clinic yet. Raises Refused."""
    try:
        said = [
            {
                "model": item["model"],
                "pk": item["pk"],
                "fields": {name: item["fields"][name] for name in SAID[item["model"]] if name in item["fields"]},
            }
            for item in json.loads(text)
        ]
        found = [item.object for item in serializers.deserialize("python", said, using=get_tenant_database_alias())]
    except (LookupError, TypeError, ValueError, DeserializationError, ValidationError) as error:
        raise Refused(UNREAD) from error
    for thing in found:
        if isinstance(thing, ApiClient):
            thing.client_type = ApiClient.CLIENT_CONFIDENTIAL
            thing.authorization_grant_type = ApiClient.GRANT_CLIENT_CREDENTIALS
    return found


def bring_people(clinic: Clinic, text: str) -> tuple[list[str], list[str]]:
    """Make memberships and API clients those of a backup; by address, who is a member again and who no longer is.

    An account that is here, by id or by address, stays as it is; one that is missing comes with its password, where
    the backup has it. Where an address has another id here, the clinic's record of that person takes this id. Raises
    Refused and ValidationError for what cannot be.
    """
    owner = get_tenant_database_alias()
    before = _addresses(clinic)
    Membership.objects.using(owner).filter(clinic=clinic).delete()
    clients = ApiClient.objects.using(owner).filter(clinic=clinic)
    own = set(clients.values_list("pk", flat=True))
    clients.delete()
    keys: dict[UUID, UUID] = {}
    for thing in _read(text):
        if isinstance(thing, User):
            keys[thing.pk] = _account(thing)
            continue
        if isinstance(thing, Membership):
            if thing.user_id not in keys:
                raise Refused(UNREAD)
            thing.pk, thing.user_id = None, keys[thing.user_id]
        elif thing.pk not in own:
            thing.pk = None
        thing.clinic_id = clinic.pk
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
        validate_email(user.email)
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
