"""One clinic into one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from clinic.staff.actions import OPERATOR
from clinic.staff.backups.encrypting import WrongPassphrase, read_passphrase
from clinic.staff.backups.writing import backup_clinic
from clinic.staff.clinics import find_clinic
from clinic.tenancy.fleet.migration import alone, reason


class Command(BaseCommand):
    help = "Write one clinic (rows, files, people and programs) into one file, while it and all others keep working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("file", type=Path, help="the file to write; it appears when it is whole")
        parser.add_argument("--passphrase-file", type=Path, help="a file whose first line the backup is encrypted with")

    def handle(self, *args: Any, clinic: str, file: Path, passphrase_file: Path | None, **options: Any) -> None:
        try:
            passphrase = read_passphrase(passphrase_file) if passphrase_file is not None else ""
            with alone(lambda: self.stdout.write("Clinics are being brought up to date; waiting."), shared=True):
                told = backup_clinic(clinic=find_clinic(clinic), to=file, by=OPERATOR, passphrase=passphrase)
        except WrongPassphrase as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except DatabaseError as error:
            raise CommandError(f"The database refused, and nothing was written: {reason(error)}.") from error
        except OSError as error:
            raise CommandError(f"{error.filename or file} cannot be used: {error.strerror}.") from error
        rows = sum(table["rows"] for table in told["tables"].values())
        self.stdout.write(f"{told['clinic']['name']}: {rows:,} rows and {told['files']:,} files in {file}.")
