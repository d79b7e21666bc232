"""How patients are written and narrowed, whoever asks."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models

from clinic.patients.models.birth_dates import years_before
from clinic.patients.models.identity import IDENTIFYING, keys_of
from clinic.patients.models.particulars import Status
from clinic.patients.search.dictionary import note_words
from clinic.tenancy.records import ClinicQuerySet
from clinic.text.names import NameKey

if TYPE_CHECKING:
    from clinic.patients.models.patient import Patient

# Whose words are noted for misspelt searches.
NAME_FIELDS = ("full_name", "family_name", "preferred_name", "other_names")

# What a patient's `display_name` reads.
DISPLAYED = ("pk", "full_name", "family_name", "preferred_name")


def names_of(patients: Iterable["Patient"]) -> list[str]:
    return [getattr(patient, name) for patient in patients for name in NAME_FIELDS]


class PatientQuerySet(ClinicQuerySet["Patient"]):
    """Patients; whichever way it writes them, words of names are noted and keys of the matcher follow."""

    def tagged(self, tag: int) -> "PatientQuerySet":
        return self.filter(tags__overlap=[tag])

    def bulk_create(self, objs: Iterable["Patient"], *args: Any, **kwargs: Any) -> list["Patient"]:
        objs = list(objs)
        for each in objs:
            each.match_keys = keys_of(each)
        made = super().bulk_create(objs, *args, **kwargs)
        note_words(names_of(made), using=self.db)
        return made

    def update(self, **values: Any) -> int:
        """As Django's, whose `bulk_update` calls it as well. A name may come from an expression, so it is read back.

        The worker makes the keys of the matcher anew, see `fill_missing_keys`.
        """
        if set(IDENTIFYING) & set(values):
            values["match_keys"] = None
        if not set(NAME_FIELDS) & set(values):
            return super().update(**values)
        keys = list(self.values_list("pk", flat=True))
        count = super().update(**values)
        note_words(names_of(self.model.objects.using(self.db).filter(pk__in=keys).only(*NAME_FIELDS)), using=self.db)
        return count

    def active(self) -> "PatientQuerySet":
        return self.filter(archived_at=None)

    def archived(self) -> "PatientQuerySet":
        return self.exclude(archived_at=None)

    def named(self, full_name: str) -> "PatientQuerySet":
        """Patients of that full name as uniqueness understands it: case and white space do not matter."""
        return self.filter(name_key=NameKey(models.Value(full_name)))

    def overdue(self, today: date) -> "PatientQuerySet":
        """Patients whose next assessment was due before `today`."""
        return self.filter(next_due_on__lt=today).exclude(status=Status.DECEASED)

    def due_within(self, days: int, *, today: date) -> "PatientQuerySet":
        """Patients whose next assessment is due from `today` on, in so many days."""
        return self.filter(next_due_on__range=(today, today + timedelta(days=days))).exclude(status=Status.DECEASED)

    def with_open_alerts(self) -> "PatientQuerySet":
        return self.filter(open_alerts__gt=0)

    def aged(self, youngest: int, oldest: int, *, today: date) -> "PatientQuerySet":
        """Patients of `youngest` to `oldest` completed years on `today`, both included."""
        return self.filter(
            date_of_birth__lte=years_before(today, youngest),
            date_of_birth__gt=years_before(today, oldest + 1),
        )
