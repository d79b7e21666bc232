"""One clinic from its backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from clinic.staff.actions import OPERATOR
from clinic.staff.backups.encrypting import WrongPassphrase, read_passphrase
from clinic.staff.backups.restoring import restore_clinic
from clinic.tenancy.fleet.migration import alone, reason
from clinic.tenancy.lifecycle.backup_rows import Refused


class Command(BaseCommand):
    help = (
        "Make one clinic what it was when backup_clinic wrote the file. It is replaced whole or not at all, and comes "
        "back where it was deleted. What it was until then is in the bin for 30 days. Suspend a clinic in use first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id; a backup of another one is refused")
        parser.add_argument("file", type=Path, help="what backup_clinic wrote")
        parser.add_argument("--name", default="", help="for a clinic that is not here: what it is called from now on")
        parser.add_argument(
            "--unsigned", action="store_true", help="take a file of another server, or of a release that signed none"
        )
        parser.add_argument("--passphrase-file", type=Path, help="a file whose first line opens an encrypted backup")

    def handle(self, *args: Any, clinic: str, file: Path, passphrase_file: Path | None, **options: Any) -> None:
        how = {"name": options["name"], "unsigned": options["unsigned"]}
        try:
            if passphrase_file is not None:
                how["passphrase"] = read_passphrase(passphrase_file)
            with alone(lambda: self.stdout.write("Clinics are being brought up to date; waiting."), shared=True):
                restored = restore_clinic(named=clinic, source=file, by=OPERATOR, **how)
        except (Refused, WrongPassphrase) as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except DatabaseError as error:
            raise CommandError(f"The database refused, and nothing was changed: {reason(error)}.") from error
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be used: {error.strerror}.") from error
        for email in restored.returned:
            self.stdout.write(f"{email} is a member again.")
        for email in restored.gone:
            self.stdout.write(f"{email} is no longer a member.")
        if restored.replaced is not None:
            self.stdout.write(f"What it was until now is in the bin as “{restored.replaced.name}”.")
        self.stdout.write(f"{restored.clinic.name} ({restored.clinic.pk}) is restored.")
