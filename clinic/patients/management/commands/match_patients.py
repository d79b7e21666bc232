"""Every pair of a clinic's patients who may be one person, found and scored anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.patients.matching.rescan import rescan
from clinic.staff.clinics import find_clinic
from clinic.tenancy.scope import clinic_scope


class Command(BaseCommand):
    help = "Find and score anew every pair of a clinic's patients who may be one person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")

    def handle(self, *args: Any, clinic: str, **options: Any) -> None:
        try:
            found = find_clinic(clinic)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        with clinic_scope(found):
            done = rescan()
        pairs = f"{done.compared} pairs compared, {done.pairs} to look at"
        self.stdout.write(f"{done.patients} patients, {done.keyed} given keys; {pairs}.")
