"""Patients of a clinic."""

import re
import uuid
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from phonenumber_field.modelfields import PhoneNumberField

from clinic.staff.models import Practitioner
from clinic.tenancy.names import Fold, NameKey
from clinic.tenancy.records import ClinicModel, ClinicQuerySet
from clinic.ui.dates import parse_date


class Gender(models.TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Not known"


class BirthPrecision(models.TextChoices):
    """How well the date of birth is known; with `year` only its year means anything."""

    EXACT = "exact", "Exact"
    ESTIMATED = "estimated", "Estimated"
    YEAR = "year", "Only the year"


def age_on(born: date, day: date) -> int:
    """Completed years between the two dates; somebody born on 29 February has a birthday on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier, 1 March for a 29 February that was not; never before the year 1."""
    year = max(1, day.year - years)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _date_or_none(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValidationError:
        return None


class PatientQuerySet(ClinicQuerySet["Patient"]):
    def active(self) -> "PatientQuerySet":
        return self.filter(archived_at=None)

    def archived(self) -> "PatientQuerySet":
        return self.exclude(archived_at=None)

    def named(self, full_name: str) -> "PatientQuerySet":
        """Patients of that full name as uniqueness understands it: case and white space do not matter."""
        return self.filter(name_key=NameKey(models.Value(full_name)))

    def matching(self, text: str) -> "PatientQuerySet":
        """Patients that one search box finds: parts of the name in any order, phone digits, birth date, record number.

        Accents and case are ignored; a text without any letter or digit finds nobody.
        """
        words = [word for word in re.split(r"[\s,;]+", text) if re.search(r"\w", word)]
        if not words:
            return self if not text.strip() else self.none()
        found = models.Q(record_number__istartswith=text.strip())
        by_name = models.Q()
        for word in words:
            by_name &= models.Q(search_name__contains=Fold(models.Value(word)))
        found |= by_name
        if born := _date_or_none(text):
            found |= models.Q(date_of_birth=born)
        if re.fullmatch(r"(?:18|19|20)\d\d", text.strip()):
            found |= models.Q(date_of_birth__year=int(text))
        digits = "".join(re.findall(r"\d", text))
        if len(digits) >= 4 and not re.search(r"[^\W\d_]", text):
            number = digits.removeprefix("00").removeprefix("0")
            found |= models.Q(phone_number__contains=number) | models.Q(second_phone_number__contains=number)
        return self.filter(found)

    def aged(self, youngest: int, oldest: int, *, today: date) -> "PatientQuerySet":
        """Patients of `youngest` to `oldest` completed years on `today`, both included."""
        return self.filter(
            date_of_birth__lte=years_before(today, youngest),
            date_of_birth__gt=years_before(today, oldest + 1),
        )


class Patient(ClinicModel):
    """A person in the care of a practitioner (`user`) of this clinic."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+", verbose_name="practitioner")
    full_name = models.CharField(max_length=200, validators=[MinLengthValidator(1)])
    family_name = models.CharField(max_length=200, blank=True)
    gender = models.CharField(max_length=10, choices=Gender.choices)
    date_of_birth = models.DateField()
    date_of_birth_precision = models.CharField(
        max_length=10, choices=BirthPrecision.choices, default=BirthPrecision.EXACT
    )
    phone_number = PhoneNumberField(blank=True)
    second_phone_number = PhoneNumberField(blank=True)
    address = models.TextField(max_length=1000, blank=True)
    record_number = models.CharField(max_length=40, unique=True, db_collation="C")
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    name_key = models.GeneratedField(
        expression=NameKey("full_name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    search_name = models.GeneratedField(
        expression=Fold("full_name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    filed_as = models.GeneratedField(
        expression=Fold("family_name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )

    objects = PatientQuerySet.as_manager()  # type: ignore[misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "name_key"), name="patient_name_once_per_user"),
            models.CheckConstraint(condition=~models.Q(full_name=""), name="patient_has_a_name"),
            models.CheckConstraint(condition=models.Q(gender__in=Gender.values), name="patient_gender"),
            models.CheckConstraint(
                condition=models.Q(date_of_birth_precision__in=BirthPrecision.values),
                name="patient_birth_precision",
            ),
        )
        indexes = (
            models.Index(fields=["filed_as", "search_name", "id"], name="patient_by_name"),
            models.Index(fields=["search_name", "id"], name="patient_by_full_name"),
            models.Index(fields=["date_of_birth", "id"], name="patient_by_birth"),
            models.Index(fields=["gender", "id"], name="patient_by_gender"),
            models.Index(fields=["user", "id"], name="patient_by_user"),
            models.Index(fields=["created_at", "id"], name="patient_by_created"),
            models.Index(fields=["phone_number", "id"], name="patient_by_phone"),
        )

    def __str__(self) -> str:
        return self.record_number

    @property
    def gender_label(self) -> str:
        return self.get_gender_display()

    @property
    def display_name(self) -> str:
        """The name as the clinic files it: "Garcia Lopez, Ana" where the family name ends the full name."""
        given = self.full_name.removesuffix(self.family_name).rstrip()
        if not self.family_name or not given or given == self.full_name:
            return self.full_name
        return f"{self.family_name}, {given}"

    @property
    def birth_date_text(self) -> str:
        if self.date_of_birth_precision == BirthPrecision.YEAR:
            return str(self.date_of_birth.year)
        text = date_format(self.date_of_birth, "j F Y")
        return f"about {text}" if self.date_of_birth_precision == BirthPrecision.ESTIMATED else text

    @property
    def created_on(self) -> date:
        return timezone.localdate(self.created_at)

    @property
    def age(self) -> int:
        return age_on(self.date_of_birth, timezone.localdate())

    @property
    def birth_text(self) -> str:
        exact = self.date_of_birth_precision == BirthPrecision.EXACT
        years = f"{self.age} year" if self.age == 1 else f"{self.age} years"
        return f"{self.birth_date_text}, {years}" if exact else f"{self.birth_date_text}, about {years}"
