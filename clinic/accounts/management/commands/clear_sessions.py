"""Clearing what has run out."""

from typing import Any

from django.core.management.base import BaseCommand

from clinic.accounts.expiry import remove_expired


class Command(BaseCommand):
    help = "Remove sessions, API tokens and patients' links that have run out, as the worker does every hour."

    def handle(self, *args: Any, **options: Any) -> None:
        sessions, tokens, links = remove_expired()
        self.stdout.write(f"Removed what had run out: {sessions} sessions, {tokens} tokens, {links} links.")
