"""Whether trails are as they were sealed."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django_tenants.utils import get_tenant_database_alias

from clinic.audit.seals import highest_number
from clinic.audit.verification import verify_trail
from clinic.staff.clinics import find_clinic
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope


class Command(BaseCommand):
    help = "Find every event of the trails that was changed, removed, added or put elsewhere after it was sealed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinics", nargs="*", help="names or ids; without any, every clinic")

    def handle(self, *args: Any, clinics: list[str], **options: Any) -> None:
        try:
            chosen = [find_clinic(name) for name in clinics]
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        wrong = 0
        for clinic in chosen or Clinic.objects.using(get_tenant_database_alias()).order_by("name"):
            wrong += self._verify(clinic)
        if wrong:
            raise CommandError(f"{wrong:,} faults in the trails.")

    def _verify(self, clinic: Clinic) -> int:
        """Say what is wrong with one trail; how much that is."""
        with clinic_scope(clinic):
            faults = list(verify_trail(clinic.pk))
            events = highest_number()
        for fault in faults:
            self.stderr.write(f"{clinic.name}: {fault}")
        if not faults:
            self.stdout.write(f"{clinic.name}: {events:,} sealed events, as they were sealed.")
        return len(faults)
