"""The API clients of a clinic."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from clinic.accounts.models import ApiClient
from clinic.api import actions
from clinic.staff.actions import Operator
from clinic.staff.clinics import find_clinic
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope, public_scope


class Command(BaseCommand):
    help = "List the API clients of a clinic, or change one: `create_api_client` makes them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        change = parser.add_mutually_exclusive_group()
        change.add_argument("--disable", metavar="CLIENT_ID", help="end its tokens at once, and give it no others")
        change.add_argument("--enable", metavar="CLIENT_ID", help="let it ask for tokens again")
        change.add_argument(
            "--new-secret", metavar="CLIENT_ID", help="print another secret, once; both work for a week"
        )
        change.add_argument("--end-earlier", metavar="CLIENT_ID", help="let the earlier of two secrets work no more")
        parser.add_argument("--by", default="", metavar="NAME", help="whom the trail names; Operator if not given")

    def handle(self, *args: Any, clinic: str, by: str, **options: Any) -> None:
        try:
            found = find_clinic(clinic)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        with clinic_scope(found):
            try:
                self._change(found, Operator.named(by), options)
            except actions.Refused as refusal:
                raise CommandError(str(refusal)) from refusal
            if not options["new_secret"]:
                for client in actions.programs_of(found):
                    self.stdout.write(_line(client))

    def _change(self, clinic: Clinic, by: Operator, options: dict[str, Any]) -> None:
        changes = {
            "disable": actions.disable_program,
            "enable": actions.enable_program,
            "end_earlier": actions.end_earlier_secret,
        }
        for name, change in changes.items():
            if options[name]:
                change(by=by, clinic=clinic, id=_id_of(clinic, options[name]))
        if options["new_secret"]:
            issued = actions.add_secret(by=by, clinic=clinic, id=_id_of(clinic, options["new_secret"]))
            self.stdout.write(f"client_secret: {issued.secret}")


def _id_of(clinic: Clinic, client_id: str) -> int:
    with public_scope():
        client = ApiClient.objects.filter(clinic=clinic.pk, client_id=client_id).first()
    if client is None:
        raise CommandError(f"{clinic.name} has no API client “{client_id}”.")
    return int(client.pk)


def _line(client: ApiClient) -> str:
    """One client, with tabs between name, id, scope, state, last use and last day."""
    used = f"{localtime(client.last_used_at):%Y-%m-%d %H:%M}" if client.last_used_at else "never used"
    until = f"until {client.last_day}" if client.last_day else "no last day"
    scope = " ".join(client.allowed_scopes)
    return "\t".join((client.name, client.client_id, scope, actions.state_of(client), used, until))
