"""Patients of a clinic."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.validators import MinLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format

from clinic.patients.models.birth_dates import BirthPrecision, age_on, years_before
from clinic.patients.models.results import ShownResult, with_latest_results
from clinic.patients.models.results import shown as shown_results
from clinic.patients.models.seen import SeenManager
from clinic.patients.search.dictionary import note_words
from clinic.patients.search.indexes import COUNT, MORE_DIGITS, NUMBER_ORDER, order
from clinic.patients.search.rules import search_indexes
from clinic.staff.models import Practitioner
from clinic.tenancy.records import ClinicModel, ClinicQuerySet
from clinic.text.full_names import without_suffixes
from clinic.text.keys import FiledKey, GivenKey, LaterKey, PhonesKey, WordsKey
from clinic.text.names import NameKey
from clinic.text.phones import PhoneField, dialled, shown, stored


class SparseCharField(models.CharField):  # type: ignore[type-arg]  # is not generic when it runs
    """Text that most records are without: NULL in the table, so that lists have these last, and "" everywhere else."""

    def from_db_value(self, value: str | None, *_: Any) -> str:
        return value or ""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(value) or None

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)  # the rows that are there have none
        return name, "django.db.models.CharField", args, kwargs


class Gender(models.TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Not known"


ACTIVE = models.Q(archived_at=None)
NAME_FIELDS = ("full_name", "family_name", "preferred_name")  # whose words are noted for misspelt searches


def names_of(patients: Iterable["Patient"]) -> list[str]:
    return [getattr(patient, name) for patient in patients for name in NAME_FIELDS]


class PatientQuerySet(ClinicQuerySet["Patient"]):
    """Patients; whichever way it writes names, their words are noted for misspelt searches."""

    def bulk_create(self, objs: Iterable["Patient"], *args: Any, **kwargs: Any) -> list["Patient"]:
        made = super().bulk_create(objs, *args, **kwargs)
        note_words(names_of(made), using=self.db)
        return made

    def update(self, **values: Any) -> int:
        """As Django's, whose `bulk_update` calls it as well. A name may come from an expression, so it is read back."""
        if not set(NAME_FIELDS) & set(values):
            return super().update(**values)
        keys = list(self.values_list("pk", flat=True))
        count = super().update(**values)
        note_words(names_of(Patient.objects.using(self.db).filter(pk__in=keys).only(*NAME_FIELDS)), using=self.db)
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
        return self.filter(next_due_on__lt=today)

    def due_within(self, days: int, *, today: date) -> "PatientQuerySet":
        """Patients whose next assessment is due from `today` on, in so many days."""
        return self.filter(next_due_on__range=(today, today + timedelta(days=days)))

    def with_open_alerts(self) -> "PatientQuerySet":
        return self.filter(open_alerts__gt=0)

    def aged(self, youngest: int, oldest: int, *, today: date) -> "PatientQuerySet":
        """Patients of `youngest` to `oldest` completed years on `today`, both included."""
        return self.filter(
            date_of_birth__lte=years_before(today, youngest),
            date_of_birth__gt=years_before(today, oldest + 1),
        )


class Patient(ClinicModel):  # type: ignore[django-manager-missing, unused-ignore]  # of the results, which is in another module
    """A person in the care of a practitioner (`user`) of this clinic."""

    web_may = "SELECT, INSERT, UPDATE"
    whose = "pk"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    full_name = models.CharField(max_length=200, validators=[MinLengthValidator(1)])
    family_name = models.CharField(max_length=200, blank=True)
    preferred_name = SparseCharField(
        max_length=100,
        null=True,
        blank=True,
        default="",
        db_collation="C",
        help_text="What the patient likes to be called, where that is not in the full name.",
    )
    gender = models.CharField(max_length=10, choices=Gender.choices)
    date_of_birth = models.DateField()
    date_of_birth_precision = models.CharField(
        max_length=20, choices=BirthPrecision.choices, default=BirthPrecision.EXACT
    )
    phone_number = PhoneField(blank=True)
    phone_extension = models.CharField(max_length=11, blank=True, default="", db_default="")
    second_phone_number = PhoneField(blank=True)
    second_phone_extension = models.CharField(max_length=11, blank=True, default="", db_default="")
    address = models.TextField(max_length=1000, blank=True)
    user = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="+", verbose_name="practitioner", db_index=False
    )
    record_number = models.CharField(max_length=40, db_collation="C")
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    name_key = models.GeneratedField(
        expression=NameKey("full_name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    filed_as = models.GeneratedField(
        expression=FiledKey("full_name", "family_name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    given_as = models.GeneratedField(
        expression=GivenKey("full_name", "family_name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    later_names = models.GeneratedField(
        expression=LaterKey("full_name", "family_name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    name_words = models.GeneratedField(
        expression=WordsKey("full_name", "family_name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    phone_digits = models.GeneratedField(
        expression=PhonesKey("phone_number", "second_phone_number"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    last_instrument = models.CharField(max_length=60, blank=True, default="", db_default="", editable=False)
    last_score = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True, editable=False)
    last_band = models.CharField(max_length=60, blank=True, default="", db_default="", editable=False)
    last_severity = models.SmallIntegerField(null=True, blank=True, editable=False)
    worst_severity = models.SmallIntegerField(null=True, blank=True, editable=False)
    last_change = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True, editable=False)
    last_assessed_on = models.DateField(null=True, blank=True, editable=False)
    recent_scores: "models.JSONField[Any, list[float]]" = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField()), blank=True, editable=False
    )
    next_due_on = models.DateField(null=True, blank=True, editable=False)
    open_alerts = models.SmallIntegerField(default=0, db_default=0, editable=False)

    objects = SeenManager.from_queryset(PatientQuerySet)()  # type: ignore[assignment, misc]  # of the base

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "name_key"), name="patient_name_once_per_user"),
            NUMBER_ORDER,
            models.CheckConstraint(condition=~models.Q(full_name=""), name="patient_has_a_name"),
            models.CheckConstraint(condition=models.Q(gender__in=Gender.values), name="patient_gender"),
            models.CheckConstraint(
                condition=models.Q(date_of_birth_precision__in=BirthPrecision.values),
                name="patient_birth_precision",
            ),
            models.CheckConstraint(
                condition=models.Q(last_severity=None) | models.Q(last_severity__range=(0, 4)), name="patient_severity"
            ),
            models.CheckConstraint(
                condition=models.Q(worst_severity=None) | models.Q(worst_severity__range=(0, 4)),
                name="patient_worst_severity",
            ),
        )
        indexes = (
            *search_indexes(),
            models.Index(fields=("filed_as", "given_as", "id"), condition=ACTIVE, name="patient_active_by_name"),
            order("patient_by_preferred_name", "preferred_name"),
            order("patient_by_gender", "gender"),
            order("patient_by_user", "user", "filed_as", "given_as"),
            order("patient_by_created", "created_at"),
            order("patient_by_score", "last_score"),
            order("patient_by_severity", "worst_severity"),
            order("patient_by_assessed", "last_assessed_on"),
            order("patient_by_due", "next_due_on"),
            models.Index(fields=["open_alerts", "id"], condition=models.Q(open_alerts__gt=0), name="patient_by_alerts"),
            models.Index(fields=["gender", "last_score", "date_of_birth"], name="patient_by_group"),
            models.Index(COUNT, condition=models.Q(record_number__regex=MORE_DIGITS), name="patient_by_count"),
        )

    def __str__(self) -> str:
        return self.record_number

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, with the words of the names that are saved noted for misspelt searches."""
        super().save_base(*args, **kwargs)
        saved = kwargs.get("update_fields")
        if saved is None or set(NAME_FIELDS) & set(saved):
            note_words(names_of([self]), using=kwargs.get("using"))

    @property
    def results(self) -> list[ShownResult]:
        """The latest results, the worst first, then the newest; read before by `with_latest_results`, or now."""
        if "results_read" not in self.__dict__:
            found: Any = with_latest_results(type(self)._base_manager.filter(pk=self.pk)).first()
            self.__dict__["results_read"] = found and found.results_read
        return shown_results(self.__dict__["results_read"])

    @property
    def gender_label(self) -> str:
        return self.get_gender_display()

    @property
    def display_name(self) -> str:
        """The name as the clinic files it, with the preferred one: "Garcia Lopez, Ana (Annie)".

        The family name comes first where it ends the full name, or stands before Jr and the like.
        """
        name, suffix = without_suffixes(self.full_name)
        if not name.endswith(self.family_name):
            name, suffix = self.full_name, ""
        given = name.removesuffix(self.family_name).rstrip()
        turned = self.family_name and given and given != name
        name = f"{self.family_name}, {given} {suffix}".rstrip() if turned else self.full_name
        return f"{name} ({self.preferred_name})" if self.preferred_name else name

    @property
    def birth_date_text(self) -> str:
        precision = self.date_of_birth_precision
        shown = (
            "Y" if precision in BirthPrecision.of_year() else "F Y" if precision in BirthPrecision.of_month() else ""
        )
        text = date_format(self.date_of_birth, shown or "j F Y")
        return f"about {text}" if precision in BirthPrecision.estimates() else text

    @property
    def phone_text(self) -> str:
        return shown(stored(self, "phone_number"), self.phone_extension)

    @property
    def phone_link(self) -> str:
        return dialled(stored(self, "phone_number"), self.phone_extension)

    @property
    def second_phone_text(self) -> str:
        return shown(stored(self, "second_phone_number"), self.second_phone_extension)

    @property
    def second_phone_link(self) -> str:
        return dialled(stored(self, "second_phone_number"), self.second_phone_extension)

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
