"""A new clinic."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.accounts.models import User
from clinic.staff import actions
from clinic.staff.actions import OPERATOR
from clinic.tenancy.lifecycle import schema_pool


class Command(BaseCommand):
    help = "Create a clinic and make an existing user its owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the clinic is called; unique")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="the address its owner signs in with")
        parser.add_argument(
            "--time-zone", default="", metavar="ZONE", help="such as Europe/London; the server's TIME_ZONE if not given"
        )

    def handle(self, *args: Any, name: str, owner: str, time_zone: str, **options: Any) -> None:
        user = User.objects.using("owner").filter(email=owner.lower()).first()
        if user is None:
            user = self._new_user(owner)
        ready = schema_pool.ready()
        try:
            clinic = actions.create_clinic(name=name, owner=user, time_zone=time_zone, by=OPERATOR)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Created {clinic.name} ({clinic.pk}); {user.email} owns it.")
        schema_pool.refill(ready)

    def _new_user(self, email: str) -> User:
        try:
            user = actions.create_user(email=email, name=email.partition("@")[0])
        except ValidationError as error:
            raise CommandError(f"{email}: {' '.join(error.messages)}") from error
        self.stdout.write(
            f"{user.email} is new: a password is set with “Forgotten your password?” on the sign-in page."
        )
        return user
