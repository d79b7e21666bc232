"""Fill a clinic with bulk data."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.demo.fill import fill_clinic
from clinic.staff.actions import OPERATOR
from clinic.tenancy.models import Clinic

MOST = 100_000_000


class Command(BaseCommand):
    help = "Add invented patients and assessments to a clinic by COPY. The same seed makes the same rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name")
        parser.add_argument("--patients", type=int, default=1000)
        parser.add_argument("--assessments", type=int, default=3000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, clinic: str, patients: int, assessments: int, seed: int, **options: Any) -> None:
        found = Clinic.objects.using("owner").filter(name=clinic).first()
        if found is None:
            raise CommandError(f"There is no clinic called “{clinic}”.")
        if not (0 < patients < MOST and 0 <= assessments <= patients * 200):
            raise CommandError("Give at least one patient, and at most 200 assessments for each.")
        begun, self.shown = time.monotonic(), ("", -1)
        try:
            fill_clinic(
                clinic=found, patients=patients, assessments=assessments, seed=seed, by=OPERATOR, progress=self.progress
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        seconds = time.monotonic() - begun
        self.progress("", 0, 0)
        self.stdout.write(f"{found.name}: {patients:,} patients and {assessments:,} assessments in {seconds:.0f} s.")

    def progress(self, title: str, done: int, total: int) -> None:
        """Draw a progress bar on a terminal; elsewhere write a line for each tenth."""
        drawn = self.stdout.isatty()
        share = int((100 if drawn else 10) * done / total) if total else -1
        if (title, share) == self.shown:
            return
        before, self.shown = self.shown[0], (title, share)
        if drawn:
            end = "\n" if before not in ("", title) else "\r"
            bar = f"{title:24} {'█' * (share * 40 // 100):░<40} {share:3} %" if total else title
            self.stdout.write(f"{end}\033[K{bar}" if title else "\n", ending="")
        elif title:
            self.stdout.write(f"{title} {share * 10} %" if total else title)
        self.stdout.flush()
