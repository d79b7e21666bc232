"""A new clinic."""

from argparse import ArgumentParser
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.access import Role
from clinic.accounts.models import User
from clinic.staff import actions
from clinic.staff.actions import Operator
from clinic.staff.invitations.printed import invite_and_say
from clinic.tenancy.lifecycle import schema_pool


class Command(BaseCommand):
    help = "Create a clinic. Its owner is who has an account of the address; somebody new is invited, by a link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the clinic is called; unique")
        parser.add_argument(
            "--owner", required=True, metavar="EMAIL", help="the address that they sign in with, or will"
        )
        parser.add_argument("--by", default="", metavar="NAME", help="whom the trail names; Operator if not given")
        parser.add_argument(
            "--time-zone", default="", metavar="ZONE", help="such as Europe/London; the server's TIME_ZONE if not given"
        )

    def handle(self, *args: Any, name: str, owner: str, time_zone: str, by: str, **options: Any) -> None:
        operator, ready = Operator.named(by), schema_pool.ready()
        try:
            email = forms.EmailField().clean(owner.strip()).lower()
            user = User.objects.using("owner").filter(email=email).first()
            clinic = actions.create_clinic(name=name, owner=user, time_zone=time_zone, by=operator)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if user is None:
            self.stdout.write(f"Created {clinic.name} ({clinic.pk}).")
            for line in invite_and_say(by=operator, clinic=clinic, email=email, role=Role.OWNER):
                self.stdout.write(line)
        else:
            self.stdout.write(f"Created {clinic.name} ({clinic.pk}); {user.email} owns it.")
        schema_pool.refill(ready)
