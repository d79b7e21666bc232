"""The columns and the filters of the trail."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django_filters import FilterSet

from clinic.accounts.models import ApiClient
from clinic.audit.models import AuditEvent
from clinic.lists.page.columns import TextColumn
from clinic.patients.models import Patient
from clinic.staff.members import members_of
from clinic.tenancy.scope import public_scope
from clinic.trail.gone import gone_names
from clinic.trail.words import details_text, request_text, what_text
from clinic.ui.forms import DateField


class MomentColumn(TextColumn):
    """A moment to the second, where the clinic is."""

    css = "nowrap"

    def plain(self, record: AuditEvent) -> Any:
        return timezone.localtime(record.at).replace(tzinfo=None)

    def cells(self, records: Sequence[AuditEvent]) -> list[str]:
        return [f"{timezone.localtime(record.at):%-d %b %Y, %H:%M:%S}" for record in records]


class WordsColumn(TextColumn):
    def __init__(self, *, words: Any, **kwargs: Any) -> None:
        super().__init__(orderable=False, **kwargs)
        self.words = words

    def plain(self, record: AuditEvent) -> Any:
        return self.words(record)

    def cells(self, records: Sequence[AuditEvent]) -> list[str]:
        return [f"<bdi>{escape(self.words(record))}</bdi>" for record in records]


class PatientColumn(TextColumn):
    """Whose record it was about: the name now, and the way to everybody who looked at it."""

    file_columns = ("Patient",)

    def all_file_values(self, records: Sequence[AuditEvent]) -> list[Sequence[Any]]:
        names = patient_names(records)
        return [(names.get(record.patient_id, ""),) for record in records]

    def cells(self, records: Sequence[AuditEvent]) -> list[str]:
        names = patient_names(records)
        return [_patient(record.patient_id, names.get(record.patient_id)) for record in records]


def patient_names(records: Iterable[AuditEvent]) -> dict[UUID | None, str]:
    """What the patients of the events are called now, or were when they were removed."""
    keys = [record.patient_id for record in records if record.patient_id is not None]
    here: dict[UUID | None, str] = {patient.pk: patient.display_name for patient in Patient.objects.filter(pk__in=keys)}
    return {**gone_names(set(keys) - set(here)), **here}


def _patient(key: UUID | None, name: str | None) -> str:
    return f'<a href="{reverse("trail:patient", args=[key])}"><bdi>{escape(name)}</bdi></a>' if name else ""


class TrailTable(tables.Table):
    at = MomentColumn(verbose_name="When", order_by="at")
    actor_name = TextColumn(verbose_name="Who", css="person", orderable=False)
    what = WordsColumn(words=what_text, empty_values=())
    patient = PatientColumn(orderable=False, empty_values=())
    details = WordsColumn(words=details_text, empty_values=())
    request = WordsColumn(words=request_text, empty_values=())


class PatientTrailTable(TrailTable):
    """Of one patient: whose record it is stands above."""

    class Meta:
        exclude = ("patient",)


class Kind(models.TextChoices):
    """What an event can be about."""

    READING = "reading", "What was read"
    CHANGES = "changes", "What was changed"
    SEARCHES = "searches", "Searches"
    FILES = "files", "Files taken"
    REFUSED = "refused", "Refused"
    ACCOUNTS = "accounts", "Signing in"


OF_ACCOUNTS = models.Q(action__startswith="account.")
KINDS = {
    Kind.READING: models.Q(is_reading=True),
    Kind.CHANGES: models.Q(is_reading=False) & ~models.Q(action="access.refused") & ~OF_ACCOUNTS,
    Kind.SEARCHES: models.Q(action__endswith=".searched"),
    Kind.FILES: models.Q(action__endswith=".exported") | models.Q(action__endswith=".downloaded"),
    Kind.REFUSED: models.Q(action="access.refused"),
    Kind.ACCOUNTS: OF_ACCOUNTS,
}


def actors() -> list[tuple[str, str]]:
    """Everybody who works or worked in the active clinic, and its programs, by the ids that the trail has."""
    clinic = connection.clinic  # type: ignore[attr-defined]
    people = [(str(member.user_id), member.user.name or member.user.email) for member in members_of(clinic)]
    with public_scope():
        clients = ApiClient.objects.filter(clinic=clinic.pk).order_by("name").values_list("pk", "name")
        return people + [(f"client:{key}", f"{name} (program)") for key, name in clients]


class DayFilter(django_filters.Filter):
    """Events from a day on, or up to its end, where the clinic is."""

    field_class = DateField

    def filter(self, queryset: Any, value: date | None) -> Any:
        if value is None:
            return queryset
        day = value + timedelta(days=self.lookup_expr == "lt")
        begins = datetime.combine(day, time.min, timezone.localtime().tzinfo)
        return queryset.filter(**{f"at__{self.lookup_expr}": begins})


class TrailFilter(FilterSet):
    who = django_filters.ChoiceFilter(choices=actors, field_name="actor_id", label="Who", empty_label="Anybody")
    kind = django_filters.ChoiceFilter(choices=Kind.choices, method="of_kind", label="What", empty_label="Anything")
    since = DayFilter(lookup_expr="gte", label="From")
    until = DayFilter(lookup_expr="lt", label="To")

    class Meta:
        model = AuditEvent
        fields = ()

    def of_kind(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(KINDS[Kind(value)])
