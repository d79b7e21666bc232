"""Links that are a secret: by one a patient answers without an account, which leads to one request of one clinic."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from clinic.accounts.models import AnswerLink
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import public_scope

# Without those that are taken for one another when they are written down: 28 of 31 are 138 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 28


def new_token() -> str:
    """A secret for an address that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def checksum(token: str) -> str:
    """What is kept of a token. Who types one may write a capital, as phones do, and the spaces of its slip."""
    return hashlib.sha256("".join(token.lower().split()).encode()).hexdigest()


def issue_link(*, clinic: Clinic, request_id: UUID, expires_at: datetime) -> str:
    """The token of a new link to a request; any older link to it leads nowhere from now on.

    It is not kept and cannot be found again. Called in the clinic's scope, by the action that writes the request.
    """
    token = new_token()
    close_links(request_id)
    with public_scope():
        AnswerLink.objects.create(checksum=checksum(token), clinic=clinic, request_id=request_id, expires_at=expires_at)
    return token


def close_links(request_id: UUID) -> None:
    """Let no link lead to the request any more; part of the action that ends it."""
    with public_scope():
        AnswerLink.objects.filter(request_id=request_id, closed_at=None).update(closed_at=timezone.now())


def find_link(token: str) -> AnswerLink | None:
    """The link of a token, closed or not, with its clinic; asked outside every clinic, by one query."""
    return AnswerLink.objects.select_related("clinic").filter(checksum=checksum(token)).first()
