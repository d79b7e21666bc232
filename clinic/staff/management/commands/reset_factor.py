"""Taking the second factor from somebody who has lost it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.accounts.models import User
from clinic.staff.actions import Operator
from clinic.staff.lost_factors import reset_factor_everywhere
from clinic.staff.members import Refused


class Command(BaseCommand):
    help = "Remove the second factor of somebody who has lost it, in every clinic, and end their sessions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that they sign in with")
        parser.add_argument("reason", help="how you know that it is them; kept in the trail of each of their clinics")
        parser.add_argument("--by", default="", metavar="NAME", help="whom the trail names; Operator if not given")

    def handle(self, *args: Any, email: str, reason: str, by: str, **options: Any) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError("Nobody signs in with this address.")
        try:
            reset_factor_everywhere(by=Operator.named(by), user=user, reason=reason)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.email} signs in with the password alone now, and was told so by mail.")
