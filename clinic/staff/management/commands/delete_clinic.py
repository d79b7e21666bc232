"""Put a clinic into the bin."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from clinic.staff import clinics
from clinic.staff.actions import OPERATOR


class Command(BaseCommand):
    help = "Close a clinic and keep its record for 30 days, in which undelete_clinic brings it back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")

    def handle(self, *args: Any, clinic: str, **options: Any) -> None:
        try:
            found = clinics.delete_clinic(clinic=clinics.find_clinic(clinic), by=OPERATOR)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        until = f"{localtime(found.gone_at, found.zone):%Y-%m-%d %H:%M} ({found.time_zone})"
        self.stdout.write(
            f"{found.name} is deleted. Until {until} undelete_clinic brings it back; "
            "purge_clinics removes it after that."
        )
