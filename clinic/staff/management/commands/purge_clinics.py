"""Empty the bin."""

from typing import Any

from django.core.management.base import BaseCommand

from clinic.staff.clinics import purge_clinics
from clinic.tenancy.fleet.migration import alone


class Command(BaseCommand):
    help = "Remove for good the clinics that were deleted more than 30 days ago, as the worker does every day."

    def handle(self, *args: Any, **options: Any) -> None:
        with alone(lambda: self.stdout.write("Other work on clinics is under way; waiting for it to end.")):
            for name in purge_clinics():
                self.stdout.write(f"{name} is gone.")
