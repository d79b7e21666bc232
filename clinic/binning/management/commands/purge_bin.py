"""Empty the bins of patients, or remove one record from one by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django_tenants.utils import get_tenant_database_alias

from clinic.binning.purging import purge_old, purge_one
from clinic.patients.models import BinnedPatient
from clinic.staff.clinics import find_clinic
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope


class Command(BaseCommand):
    help = (
        "Remove for good the patients who are in a bin for more than 30 days, as the worker does every day; or one of "
        "them at once, by the record number and, so that it is not another's, the year of birth."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", nargs="?", help="the clinic's name or id; without it, every clinic")
        parser.add_argument("--patient", metavar="NUMBER", help="the record number of one patient in the bin")
        parser.add_argument("--birth-year", type=int, help="the patient's year of birth, 0 where it is not known")

    def handle(
        self, *args: Any, clinic: str | None, patient: str | None, birth_year: int | None, **options: Any
    ) -> None:
        try:
            chosen = [find_clinic(clinic)] if clinic else list(Clinic.objects.using(get_tenant_database_alias()))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if patient is not None and (clinic is None or birth_year is None):
            raise CommandError("Name the clinic and, with --birth-year, the year of birth of the patient, too.")
        for one in chosen:
            numbers = purge_old(one) if patient is None else self._one(one, patient, birth_year)
            if numbers:
                self.stdout.write(f"{one.name}: removed for good: {', '.join(numbers)}.")

    def _one(self, clinic: Clinic, number: str, birth_year: int | None) -> list[str]:
        """Remove the one of that number and year; raises CommandError where there is none, or are several."""
        with clinic_scope(clinic):
            rows = list(BinnedPatient.objects.filter(record_number=number).defer("rows"))
        born = [row for row in rows if _year(row) == birth_year]
        if len(born) != 1:
            raise CommandError("No patient in this bin has that record number and year of birth. Nothing was removed.")
        return purge_one(clinic, born[0].pk)


def _year(row: BinnedPatient) -> int:
    born = row.as_it_was.date_of_birth
    return born.year if born else 0
