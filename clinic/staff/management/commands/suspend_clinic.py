"""Close a clinic to its people and programs."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.staff import clinics
from clinic.staff.actions import OPERATOR


class Command(BaseCommand):
    help = "Answer a clinic's people and programs that it is suspended, until it is resumed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")

    def handle(self, *args: Any, clinic: str, **options: Any) -> None:
        try:
            found = clinics.suspend_clinic(clinic=clinics.find_clinic(clinic), by=OPERATOR)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{found.name} is suspended; resume_clinic opens it again.")
