"""Ending a membership."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.accounts.models import Membership, User
from clinic.staff import members
from clinic.staff.actions import Operator
from clinic.staff.clinics import find_clinic
from clinic.tenancy.scope import clinic_scope


class Command(BaseCommand):
    help = "Close a clinic to one of its people at once; their patients stay theirs until they are assigned."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("email", help="the address that they sign in with")
        parser.add_argument("--by", default="", metavar="NAME", help="whom the trail names; Operator if not given")

    def handle(self, *args: Any, clinic: str, email: str, by: str, **options: Any) -> None:
        try:
            found = find_clinic(clinic)
            user = User.objects.get(email=email.strip().lower())
            with clinic_scope(found):
                members.end_membership(by=Operator.named(by), clinic=found, user_id=user.pk)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except members.LastOwner as error:
            raise CommandError(str(error)) from error
        except (User.DoesNotExist, Membership.DoesNotExist) as error:
            raise CommandError(f"{email} does not work in {found.name}.") from error
        self.stdout.write(f"{user.email} no longer works in {found.name}; invite gives the membership back.")
