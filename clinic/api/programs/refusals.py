"""Noting in a clinic's trail who tried to get a token with a wrong secret.

The worker does, whatever id was given: to look for its clinic at once would tell which ids there are.
"""

from django.db import transaction
from django.tasks import task
from structlog.contextvars import get_contextvars

from clinic.access import Actor
from clinic.accounts.models import ApiClient
from clinic.api.programs.validator import can_note
from clinic.audit.actions import about
from clinic.tenancy.scope import clinic_scope

LONGEST_ID = 255


def note_refused(client_id: str) -> None:
    """Have it noted that an id came with a secret that opens nothing."""
    context = get_contextvars()
    where = {name: str(context.get(name, "")) for name in ("request_id", "address")}
    write_refused.enqueue(client_id=client_id.replace("\0", "\ufffd")[:LONGEST_ID], **where)


@task
def write_refused(client_id: str, request_id: str, address: str) -> None:
    client = ApiClient.objects.select_related("clinic").filter(client_id=client_id).first()
    if client is None or not can_note(client.clinic):
        return
    with transaction.atomic(), clinic_scope(client.clinic):
        by = Actor(f"client:{client.pk}", client.name)
        event = about("api_client.secret_refused", client.clinic, by=by, changes={"name": client.name})
        event.request_id, event.address = request_id, address
        event.save(force_insert=True)
