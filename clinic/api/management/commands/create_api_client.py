"""A new API client."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.access import SCOPES
from clinic.api.actions import Refused, create_api_client
from clinic.staff.actions import OPERATOR
from clinic.staff.clinics import find_clinic


class Command(BaseCommand):
    help = "Create an API client of one clinic and print its id and secret, once: only a digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("name", help="what the client is called; unique in its clinic")
        parser.add_argument("--write", action="store_true", help="let it create and change records too")
        parser.add_argument(
            "--scope", action="append", default=[], choices=SCOPES, help="let it do this alone; repeatable"
        )

    def handle(self, *args: Any, clinic: str, name: str, write: bool, scope: list[str], **options: Any) -> None:
        try:
            found = find_clinic(clinic)
            client, secret = create_api_client(clinic=found, name=name, can_write=write, scopes=scope, by=OPERATOR)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"client_id: {client.client_id}")
        self.stdout.write(f"client_secret: {secret}")
