"""Make the demo clinics."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from clinic.demo import actions


class Command(BaseCommand):
    help = "Make two demo clinics with users, patients and assessments. Idempotent; not in production mode."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not actions.demo_is_there():
                actions.make_demo()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(actions.how_to_sign_in())
