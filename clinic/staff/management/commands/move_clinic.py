"""Have a clinic live on another server of a cluster."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.staff.clinics import find_clinic
from clinic.tenancy.lifecycle.placing import NotThere, move_clinic


class Command(BaseCommand):
    help = "Have a clinic live on another server of a cluster, while its people work. `clinics` shows where each is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("server", help="the server's name, as the cluster has it")

    def handle(self, *args: Any, clinic: str, server: str, **options: Any) -> None:
        began = time.monotonic()
        try:
            found = find_clinic(clinic)
            there = move_clinic(found, server)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except NotThere as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{found.name} lives on {there} now ({time.monotonic() - began:.1f} s).")
