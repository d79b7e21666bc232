"""Clearing what has run out."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from clinic.accounts.sessions import SessionStore


class Command(BaseCommand):
    help = "Remove sessions and API tokens that have run out. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        SessionStore.clear_expired()
        call_command("cleartokens", verbosity=0)
        self.stdout.write("Sessions and tokens that had run out are gone.")
