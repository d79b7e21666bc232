"""Bring public and every clinic up to date."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.tenancy import migrating, provisioning


class Command(BaseCommand):
    help = "Migrate the shared tables, then every clinic that is behind. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when something is behind")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if check:
            self._check()
            return
        if migrating.public_is_behind():
            migrating.migrate_public()
            self.stdout.write("The shared tables are up to date.")
        provisioning.blueprint()
        clinics = migrating.behind()
        for done, clinic in enumerate(clinics, start=1):
            migrating.migrate_clinic(clinic)
            self.stdout.write(f"{done} of {len(clinics)}: {clinic.name}")
        self.stdout.write("Every clinic is up to date.")

    def _check(self) -> None:
        if migrating.public_is_behind():
            raise CommandError("The shared tables are behind.")
        if clinics := migrating.behind():
            raise CommandError(f"{len(clinics)} clinics are behind, the first is {clinics[0].name}.")
        self.stdout.write("Every clinic is up to date.")
