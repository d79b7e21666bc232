"""Inviting somebody to a clinic."""

from argparse import ArgumentParser
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.access import Role
from clinic.staff.actions import Operator
from clinic.staff.clinics import find_clinic
from clinic.staff.forms import LastDayField
from clinic.staff.invitations.printed import invite_and_say
from clinic.staff.members import Refused
from clinic.tenancy.scope import clinic_scope


class Command(BaseCommand):
    help = "Invite somebody to work in a clinic: print the link by which they join, and mail it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("email", help="the address that they sign in with, or will")
        parser.add_argument("role", choices=[role.value for role in Role])
        parser.add_argument("--last-day", default="", metavar="DAY", help="for a locum, such as 31/12/2026")
        parser.add_argument("--by", default="", metavar="NAME", help="whom the trail names; Operator if not given")

    def handle(self, *args: Any, clinic: str, email: str, role: str, last_day: str, by: str, **options: Any) -> None:
        try:
            found = find_clinic(clinic)
            with clinic_scope(found):
                day = LastDayField(required=False).clean(last_day)
            address = forms.EmailField().clean(email)
            lines = invite_and_say(by=Operator.named(by), clinic=found, email=address, role=Role(role), last_day=day)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except Refused as error:
            raise CommandError(str(error)) from error
        for line in lines:
            self.stdout.write(line)
