"""Clearing what has run out."""

from typing import NamedTuple

from django.utils import timezone
from django_tenants.utils import get_tenant_database_alias
from oauth2_provider.models import AccessToken

from clinic.accounts.models import AnswerLink, Session, Submission
from clinic.accounts.submissions import KEPT


class Removed(NamedTuple):
    """How many of each."""

    sessions: int
    tokens: int
    links: int
    keys: int


def remove_expired() -> Removed:
    """Remove sessions, API tokens, patients' links and keys of what was sent that have run out."""
    owner, now = get_tenant_database_alias(), timezone.now()
    return Removed(
        Session.objects.using(owner).filter(expire_date__lt=now).delete()[0],
        AccessToken.objects.using(owner).filter(expires__lt=now).delete()[0],
        AnswerLink.objects.using(owner).filter(expires_at__lt=now).delete()[0],
        Submission.objects.using(owner).filter(created_at__lt=now - KEPT).delete()[0],
    )
