"""Restore the newest backup of the server beside it, and compare."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from psycopg2.extensions import make_dsn

from clinic.tenancy.lifecycle.rehearsing import NotRehearsed, rehearse


class Command(BaseCommand):
    help = (
        "Restore the newest backup of the server and its archive beside it, and compare rows and contents of each "
        "table. Everybody works meanwhile. Needs DATABASE_ADMIN_URL, and PostgreSQL's programs on the path."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backups", type=Path, help="the folder that deploy/postgres/backup writes to")

    def handle(self, *args: Any, backups: Path, **options: Any) -> None:
        if not settings.DATABASE_ADMIN_URL:
            raise CommandError("Set DATABASE_ADMIN_URL to a superuser's address on the server, for this command only.")
        admin = make_dsn(settings.DATABASE_ADMIN_URL, dbname=connections["default"].settings_dict["NAME"])
        differ = 0
        try:
            for name, tables, rows, faults in rehearse(backups, admin):
                if not faults:
                    self.stdout.write(f"{name}: {rows:,} rows in {tables} tables are the same.")
                for fault in faults:
                    self.stdout.write(f"{name}: {fault}")
                differ += bool(faults)
        except NotRehearsed as error:
            raise CommandError(str(error)) from error
        except psycopg2.Error as error:
            raise CommandError(f"The server refused: {error}") from error
        if differ:
            raise CommandError("The restore does not come to what the server has. What differs is named above.")
        self.stdout.write("The newest backup restores.")
