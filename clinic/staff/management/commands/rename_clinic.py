"""Another name for a clinic."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.staff import clinics
from clinic.staff.actions import OPERATOR


class Command(BaseCommand):
    help = "Give a clinic another name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("name", help="what it is called from now on; unique")

    def handle(self, *args: Any, clinic: str, name: str, **options: Any) -> None:
        try:
            found = clinics.rename_clinic(clinic=clinics.find_clinic(clinic), name=name, by=OPERATOR)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"The clinic {found.pk} is called {found.name}.")
