"""Clearing what has run out."""

from typing import Any

from django.core.management.base import BaseCommand

from clinic.accounts.expiry import remove_expired


class Command(BaseCommand):
    help = (
        "Remove sessions, API tokens, patients' links and keys of what was sent that have run out, as the worker does."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        sessions, tokens, links, keys = remove_expired()
        self.stdout.write(
            f"Removed what had run out: {sessions} sessions, {tokens} tokens, {links} links, {keys} keys."
        )
