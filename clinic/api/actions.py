"""Making API clients."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django_tenants.utils import get_tenant_database_alias
from oauth2_provider.generators import generate_client_secret

from clinic.accounts.models import ApiClient
from clinic.audit.actions import By, record
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from clinic.ui.forms import one_line


def create_api_client(*, clinic: Clinic, name: str, can_write: bool, by: By) -> tuple[ApiClient, str]:
    """A client of `clinic` and its secret, which is stored hashed and cannot be read again.

    Runs as the database's owner: the web can make none. Raises ValidationError for a name that is empty, too
    long or taken in the clinic.
    """
    owner = get_tenant_database_alias()
    secret = generate_client_secret()
    client = ApiClient(
        clinic=clinic,
        name=one_line(name),
        can_write=can_write,
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    client.full_clean()
    if not client.name:
        raise ValidationError("An API client needs a name.")
    with transaction.atomic(using=owner):
        client.save(using=owner)
        with clinic_scope(clinic, using=owner):
            changes = {"client_id": client.client_id, "name": client.name, "can_write": can_write}
            record("api_client.created", clinic, by=by, changes=changes)
    return client, secret
