"""Patients of a clinic."""

import uuid
from datetime import date
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinLengthValidator
from django.db import models
from django.utils import timezone

from clinic.patients.models.birth_dates import BIRTH_RULES, BirthPrecision, age_on, birth_date_text, birth_text
from clinic.patients.models.fields import KeysField, TagsField
from clinic.patients.models.identity import IDENTIFYING, keys_of
from clinic.patients.models.particulars import CONTACT_WAYS, SEXES, Gender, Particulars, Status, languages, sparse
from clinic.patients.models.queryset import NAME_FIELDS, PatientQuerySet, names_of
from clinic.patients.models.results import ShownResult, with_latest_results
from clinic.patients.models.results import shown as shown_results
from clinic.patients.models.seen import SeenManager
from clinic.patients.search.dictionary import note_words
from clinic.patients.search.indexes import (
    COUNT_BEFORE,
    COUNT_INDEX,
    NOBODY_NAMES,
    NOBODY_ORDER,
    NUMBER_CODE,
    NUMBER_ORDER,
    USER_NAMES,
    order,
)  # fmt: skip
from clinic.patients.search.rules import search_indexes, search_uses
from clinic.staff.models import NOBODY_YET, Practitioner, Tag
from clinic.tenancy.records import ClinicModel
from clinic.text.full_names import without_suffixes
from clinic.text.keys import FiledKey, GivenKey, LaterKey, PhonesKey, WordsKey
from clinic.text.names import NameKey
from clinic.text.phones import PhoneField, dialled, shown, stored

ACTIVE = models.Q(archived_at=None)
LEFT = ~models.Q(status=Status.ACTIVE)


class Patient(ClinicModel):  # type: ignore[django-manager-missing, unused-ignore]  # of the results, which is in another module
    """A person in the care of a practitioner (`user`) of this clinic, or of nobody yet."""

    web_may = "SELECT, INSERT, UPDATE"
    whose = "pk"
    index_for = {
        **search_uses(),
        "patient_by_name": "order Name of archived ones too, search by the beginning of a name",
        "patient_by_birth": "orders Born and Age, filter Age, search by date of birth and birthday",
        "patient_by_phone": "order Phone, search by phone number",
        "patient_active_by_name": "list of patients as it opens, its pages and its count",
        "patient_by_status": "filter Status",
        "patient_by_preferred_name": "order Preferred name",
        "patient_by_gender": "order and filter Gender",
        "patient_by_user": "order and filter Practitioner, patients who are passed on",
        "patient_of_nobody": "order and filter Practitioner, of those who are nobody's yet",
        "patient_by_created": "order Registered",
        "patient_by_updated": "changes for programs",
        "patient_by_severity": "order Latest result, filter Severity",
        "patient_by_assessed": "order Assessed",
        "patient_by_due": "order and filter Next due",
        "patient_by_alerts": "filter Alerts",
        "patient_by_match_keys": "matching of who is saved or brought in",
        "patient_by_tags": "filter Tag",
        "patient_without_match_keys": "records that the worker still makes keys for",
        "patient_by_other_count": "next record number",
        "patient_by_count": "next record number, of the release before",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    full_name = models.CharField(max_length=200, validators=[MinLengthValidator(1)])
    family_name = models.CharField(max_length=200, blank=True)
    preferred_name = sparse(100, "What the patient likes to be called, where that is not in the full name.")
    other_names = sparse(200, "Maiden names, aliases, spellings elsewhere; with commas between them.")
    gender = models.CharField(max_length=10, choices=Gender.choices)
    sex = sparse(10, "For scoring, where it is not the gender.", verbose_name="sex for clinical use", choices=SEXES)
    date_of_birth = models.DateField(null=True)
    date_of_birth_precision = models.CharField(
        max_length=20, choices=BirthPrecision.choices, default=BirthPrecision.EXACT
    )
    phone_number = PhoneField(blank=True)
    phone_extension = models.CharField(max_length=11, blank=True, default="", db_default="")
    second_phone_number = PhoneField(blank=True)
    second_phone_extension = models.CharField(max_length=11, blank=True, default="", db_default="")
    email = sparse(254, verbose_name="e-mail")
    address = models.TextField(max_length=1000, blank=True)
    contact_by = sparse(10, verbose_name="best reached", choices=CONTACT_WAYS)
    language = sparse(10, choices=languages)
    needs_interpreter = models.BooleanField(default=False, db_default=False)
    next_of_kin = models.TextField(
        "next of kin or carer",
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="Who it is, and how they are reached.",
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE, db_default=Status.ACTIVE)
    status_on = models.DateField("status since", null=True, blank=True, help_text="When they were discharged, or died.")
    identifiers = sparse(1600, "Numbers that others gave them: one a line, such as “NHS number: 943 476 5919”.")
    tags = TagsField(null=True, blank=True, default=list)
    user = models.ForeignKey(
        Practitioner,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="practitioner",
        db_index=False,
        null=True,
        blank=True,
    )
    record_number = models.CharField(max_length=40, db_collation="C")
    shares_number = models.BooleanField(default=False, db_default=False, editable=False)
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
    match_keys = KeysField(null=True, editable=False)
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
            USER_NAMES,
            NOBODY_NAMES,
            NUMBER_ORDER,
            NUMBER_CODE,
            models.CheckConstraint(condition=~models.Q(full_name=""), name="patient_has_a_name"),
            models.CheckConstraint(condition=models.Q(gender__in=Gender.values), name="patient_gender"),
            *BIRTH_RULES,
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="patient_status"),
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
            models.Index(fields=["status", "filed_as", "given_as", "id"], condition=LEFT, name="patient_by_status"),
            # Of few patients; the others are read by their keys.
            order("patient_by_preferred_name", "preferred_name", of=models.Q(preferred_name__isnull=False)),
            order("patient_by_gender", "gender"),
            order("patient_by_user", "user", "filed_as", "given_as"),
            NOBODY_ORDER,
            order("patient_by_created", "created_at"),
            order("patient_by_updated", "updated_at"),
            order("patient_by_severity", "worst_severity"),
            order("patient_by_assessed", "last_assessed_on"),
            order("patient_by_due", "next_due_on"),
            models.Index(fields=["open_alerts", "id"], condition=models.Q(open_alerts__gt=0), name="patient_by_alerts"),
            GinIndex(fields=["match_keys"], fastupdate=False, name="patient_by_match_keys"),
            GinIndex(fields=["tags"], fastupdate=False, name="patient_by_tags"),
            models.Index(fields=["id"], condition=models.Q(match_keys=None), name="patient_without_match_keys"),
            COUNT_INDEX,
            COUNT_BEFORE,
        )

    def __str__(self) -> str:
        return self.record_number

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; the words of the names are noted for misspelt searches, and the matcher's keys follow."""
        saved = kwargs.get("update_fields")
        if saved is None or set(IDENTIFYING) & set(saved):
            self.match_keys = keys_of(self)
            kwargs["update_fields"] = saved and frozenset((*saved, "match_keys"))
        super().save_base(*args, **kwargs)
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
        name, suffix = self.full_name, ""
        if not name.endswith(self.family_name):
            shorter, behind = without_suffixes(name)
            if shorter.endswith(self.family_name):
                name, suffix = shorter, behind
        given = name.removesuffix(self.family_name).rstrip()
        turned = self.family_name and given and given != name
        name = f"{self.family_name}, {given} {suffix}".rstrip() if turned else self.full_name
        return f"{name} ({self.preferred_name})" if self.preferred_name else name

    @property
    def practitioner_name(self) -> str:
        return NOBODY_YET if self.user is None else self.user.display_name

    @property
    def tags_shown(self) -> list[Tag]:
        return list(Tag.objects.filter(pk__in=self.tags)) if self.tags else []

    @property
    def particulars(self) -> Particulars:
        return Particulars.of(self)

    @property
    def clinical_sex(self) -> str:
        """What instruments go by that score the sexes apart."""
        return self.sex or self.gender

    @property
    def birth_date_text(self) -> str:
        return birth_date_text(self.date_of_birth, BirthPrecision(self.date_of_birth_precision))

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
    def died_on(self) -> date | None:
        """The day on which the patient died, where it is known; nobody grows older after it."""
        return self.status_on if self.status == Status.DECEASED else None

    @property
    def age(self) -> int | None:
        return None if self.date_of_birth is None else age_on(self.date_of_birth, self.died_on or timezone.localdate())

    @property
    def birth_text(self) -> str:
        precision = BirthPrecision(self.date_of_birth_precision)
        return birth_text(self.date_of_birth, precision, timezone.localdate(), self.died_on)
