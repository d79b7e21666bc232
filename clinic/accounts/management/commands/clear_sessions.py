"""Clearing what has run out."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django_tenants.utils import get_tenant_database_alias
from oauth2_provider.models import AccessToken

from clinic.accounts.models import AnswerLink, Session, Submission
from clinic.accounts.submissions import KEPT


class Command(BaseCommand):
    help = "Remove sessions, API tokens, patients' links and keys of what was sent that have run out. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        owner, now = get_tenant_database_alias(), timezone.now()
        sessions, _ = Session.objects.using(owner).filter(expire_date__lt=now).delete()
        tokens, _ = AccessToken.objects.using(owner).filter(expires__lt=now).delete()
        links, _ = AnswerLink.objects.using(owner).filter(expires_at__lt=now).delete()
        keys, _ = Submission.objects.using(owner).filter(created_at__lt=now - KEPT).delete()
        self.stdout.write(
            f"Removed what had run out: {sessions} sessions, {tokens} tokens, {links} links, {keys} keys."
        )
