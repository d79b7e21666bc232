"""Whether the courses that outcomes are counted from are those that the assessments come to."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django_tenants.utils import get_tenant_database_alias

from clinic.assessments.record.courses import differences, rebuild_courses
from clinic.staff.clinics import find_clinic
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope


class Command(BaseCommand):
    help = "Compare the kept courses of patients with their assessments, and say what differs; --rebuild mends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinics", nargs="*", help="names or ids; without any, every clinic")
        parser.add_argument("--rebuild", action="store_true", help="write what the assessments come to")

    def handle(self, *args: Any, clinics: list[str], rebuild: bool, **options: Any) -> None:
        try:
            chosen = [find_clinic(name) for name in clinics]
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        every = Clinic.objects.using(get_tenant_database_alias()).filter(deleted_at=None).order_by("name")
        wrong = sum([self._compare(clinic, rebuild=rebuild) for clinic in chosen or every])
        if wrong and not rebuild:
            raise CommandError(f"{wrong:,} rows differ; courses --rebuild writes them again.")

    def _compare(self, clinic: Clinic, *, rebuild: bool) -> int:
        """Say by ids how the courses of a clinic differ; in how many rows."""
        with clinic_scope(clinic), connection.cursor() as cursor:
            found = differences()
            if rebuild:
                rebuild_courses(cursor)
        for each in found:
            said = "is kept and should not be" if each.is_kept else "should be kept and is not"
            self.stderr.write(f"{clinic.name}: {each.instrument} of {each.patient} {said}.")
        self.stdout.write(f"{clinic.name}: {len(found):,} rows of courses differ.")
        return len(found)
