"""A colleague for a clinic."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.access import Role
from clinic.staff import members
from clinic.staff.actions import OPERATOR
from clinic.staff.clinics import find_clinic
from clinic.staff.mails import NotSent, tell_colleague
from clinic.tenancy.scope import clinic_scope


class Command(BaseCommand):
    help = "Let somebody work in a clinic, and tell them by mail; who is new sets a password by mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("email", help="the address that they sign in with")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--name", default="", help="what they are called, if they are new; else their address")

    def handle(self, *args: Any, clinic: str, email: str, role: str, name: str, **options: Any) -> None:
        name = name or email.partition("@")[0]
        try:
            found = find_clinic(clinic)
            with clinic_scope(found):
                added = members.add_colleague(by=OPERATOR, clinic=found, email=email, name=name, role=Role(role))
                tell_colleague(added, found)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except (members.Refused, NotSent) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{added.user.email} works in {found.name} as {added.get_role_display().lower()}.")
        if not added.user.has_usable_password():
            self.stdout.write("A password is set with “Forgotten your password?” on the sign-in page.")
