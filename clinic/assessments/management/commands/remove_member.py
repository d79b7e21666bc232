"""Ending a membership."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.accounts.models import Membership, User
from clinic.assessments.leaving.actions import remove_member
from clinic.assessments.of_patients import NamesTaken
from clinic.staff import members
from clinic.staff.actions import Operator
from clinic.staff.clinics import find_clinic
from clinic.staff.models import NOBODY, Practitioner
from clinic.tenancy.scope import clinic_scope, public_scope


class Command(BaseCommand):
    help = "Close a clinic to one of its people at once, with all that they have open; --to says who takes over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("email", help="the address that they sign in with")
        parser.add_argument("--to", default="", metavar="EMAIL", help=f"who takes over; or {NOBODY}")
        parser.add_argument("--by", default="", metavar="NAME", help="whom the trail names; Operator if not given")

    def handle(self, *args: Any, clinic: str, email: str, to: str, by: str, **options: Any) -> None:
        try:
            found = find_clinic(clinic)
            user = User.objects.get(email=email.strip().lower())
            with clinic_scope(found):
                to_nobody = to.strip().lower() == NOBODY
                heir = self._heir(to) if to and not to_nobody else None
                remove_member(by=Operator.named(by), clinic=found, user_id=user.pk, heir=heir, to_nobody=to_nobody)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except NamesTaken as error:
            numbers = ", ".join(patient.record_number for patient in error.patients)
            raise CommandError(f"{error} Nothing was changed. Record numbers: {numbers}.") from error
        except members.LastOwner as error:
            raise CommandError(str(error)) from error
        except (User.DoesNotExist, Membership.DoesNotExist) as error:
            raise CommandError(f"{email} does not work in {found.name}.") from error
        self.stdout.write(f"{user.email} no longer works in {found.name}; invite gives the membership back.")

    def _heir(self, email: str) -> Practitioner:
        with public_scope():
            user = User.objects.filter(email=email.strip().lower()).first()
        heir = Practitioner.objects.active().filter(pk=user.pk).first() if user is not None else None
        if heir is None:
            raise CommandError(f"{email} cannot be responsible for patients of this clinic.")
        return heir
