"""Make a PostgreSQL server ready: roles, database, extensions."""

from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from psycopg2.extensions import make_dsn

from clinic.postgres import embedded
from clinic.postgres.preparation import prepare


class Command(BaseCommand):
    help = "Create the owner's and the web's role, the database and its extensions, as the server's administrator."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        owner, web = connections["owner"].settings_dict, connections["default"].settings_dict
        admin = settings.DATABASE_ADMIN_URL
        if settings.EMBEDDED:
            admin = make_dsn(host=str(settings.EMBEDDED_DATA), port=5432, user="postgres", dbname="postgres")
        if not admin:
            raise CommandError("Set DATABASE_ADMIN_URL to a superuser's address on the server, for this command only.")
        try:
            if settings.EMBEDDED:
                embedded.start(settings.EMBEDDED_DATA)
            prepare(
                admin,
                name=web["NAME"],
                owner=(owner["USER"], owner["PASSWORD"] or ""),
                web=(web["USER"], web["PASSWORD"] or ""),
            )
        except embedded.EmbeddedPostgresError as error:
            raise CommandError(str(error)) from error
        except psycopg2.Error as error:
            raise CommandError(f"The server refused: {error}") from error
