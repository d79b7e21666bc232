"""Open a suspended clinic again."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.staff import clinics
from clinic.staff.actions import OPERATOR


class Command(BaseCommand):
    help = "Open a suspended clinic again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")

    def handle(self, *args: Any, clinic: str, **options: Any) -> None:
        try:
            found = clinics.resume_clinic(clinic=clinics.find_clinic(clinic), by=OPERATOR)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{found.name} is resumed.")
