"""Bring public and every clinic up to date."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.tenancy.fleet import migration as fleet_migration
from clinic.tenancy.fleet import survey as migrating
from clinic.tenancy.lifecycle import provisioning, schema_pool

EVERY = 2.0  # seconds between two lines of progress where nothing can be overwritten


class Command(BaseCommand):
    help = "Migrate the shared tables, then every clinic that is behind. Safe to run again, and twice at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when something is behind")
        parser.add_argument("--jobs", type=int, default=2, metavar="N", help="connections side by side; default: 2")

    def handle(self, *args: Any, check: bool, jobs: int, **options: Any) -> None:
        if check:
            self._check()
            return
        with fleet_migration.alone(self._wait):
            if migrating.public_is_behind():
                migrating.migrate_public()
                self.stdout.write("The shared tables are up to date.")
            provisioning.blueprint()
            failed = fleet_migration.migrate_clinics(self._progress, jobs=max(1, jobs))
            schema_pool.renew()
        for name, why in sorted(failed.items()):
            self.stderr.write(f"{name}: {why}")
        if failed:
            raise CommandError(
                f"{len(failed)} clinics could not be brought up to date and are closed to their people until "
                "a later run succeeds; everybody else is up to date."
            )
        self.stdout.write("Every clinic is up to date.")

    def _check(self) -> None:
        if migrating.public_is_behind():
            raise CommandError("The shared tables are behind.")
        if clinics := migrating.behind():
            raise CommandError(f"{len(clinics)} clinics are behind, the first is {clinics[0].name}.")
        self.stdout.write("Every clinic is up to date.")

    def _wait(self) -> None:
        self.stdout.write("Another run is at work; waiting for it to end.")
        self.stdout.flush()

    def _progress(self, done: int, total: int) -> None:
        """Called first with nothing done, then after each batch."""
        now = time.monotonic()
        if done == 0:
            self.begun = self.told = now
        live = self.stdout.isatty()
        if done == 0 or not (live or done == total or now - self.told >= EVERY):
            return
        self.told = now
        rate = done / max(now - self.begun, 0.001)
        line = f"{done:,} of {total:,} clinics, {rate:.0f} a second, {(total - done) / rate:.0f} s left"
        self.stdout.write(f"\r{line}" if live else line, ending="\n" if done == total or not live else "   ")
        self.stdout.flush()
