"""A clinic's settings: where it is, when it signs people out, and what it wants done with what comes in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from clinic.audit.actions import By, difference, record, snapshot
from clinic.staff.models import SETTINGS_ID, ClinicSettings
from clinic.tenancy.models import CHOSEN, Clinic
from clinic.tenancy.scope import public_scope

OWN = ("alert_text", "alert_numbers", "review_from")


class PhoneLine(NamedTuple):
    """A telephone number that the clinic wants called, and whose it is, both as somebody wrote them."""

    label: str
    number: str

    @property
    def dialled(self) -> str:
        """The number for a telephone's dialler: "(0800) 123 ext 4" is 0800123;ext=4."""
        number, _, extension = re.sub(r"(?i)(?:x|ext\.?) ?(?=[0-9]+$)", ";", self.number).partition(";")
        kept = re.sub(r"[^0-9+*#]", "", number).replace("#", "%23")
        return f"{kept};ext={extension}" if extension else kept


class AlertInstructions(NamedTuple):
    """What the clinic wants done when an answer raises an alert; empty where it said nothing."""

    text: str
    numbers: list[PhoneLine]


class Settings(NamedTuple):
    """All settings of a clinic: those in its own schema, and the place in its row in `public`."""

    own: ClinicSettings
    clinic: Clinic


class Changed(Exception):
    """Somebody else changed the settings since they were read; `current` is how they are now."""

    def __init__(self, current: Settings) -> None:
        super().__init__("Someone else changed the settings meanwhile.")
        self.current = current


def alert_instructions() -> AlertInstructions:
    """What the active clinic wants done about alerts, by one query."""
    return instructions_of(own_settings())


def own_settings() -> ClinicSettings:
    """The active clinic's row, or what it is before somebody has changed anything."""
    return ClinicSettings.objects.filter(pk=SETTINGS_ID).first() or ClinicSettings(pk=SETTINGS_ID)


def instructions_of(own: ClinicSettings) -> AlertInstructions:
    return AlertInstructions(own.alert_text, [PhoneLine(**line) for line in own.alert_numbers])


@transaction.atomic
def change_clinic_settings(
    *,
    by: By,
    clinic: Clinic,
    version: int,
    chosen: Mapping[str, Any],
    alert_text: str,
    alert_numbers: Sequence[PhoneLine],
    review_from: int,
) -> Settings:
    """Change the settings of the active clinic, `clinic`, if they still have the `version` they were read with.

    `chosen` has a value for each of CHOSEN.
    Raises Changed. Without a difference nothing is noted. The time zone counts from the next scope on, who sees which
    patients and who needs a second factor from the next request.
    """
    own, _ = ClinicSettings.objects.select_for_update().get_or_create(pk=SETTINGS_ID)
    with public_scope():
        place: Clinic = Clinic.objects.get(pk=clinic.pk)
    if version != own.version:
        raise Changed(Settings(own, place))
    before = snapshot(place, CHOSEN) | snapshot(own, OWN)
    for name in CHOSEN:
        setattr(place, name, chosen[name])
    own.alert_text, own.alert_numbers = alert_text, [line._asdict() for line in alert_numbers]
    own.review_from = review_from
    if changes := difference(before, snapshot(place, CHOSEN) | snapshot(own, OWN)):
        own.version += 1
        own.save()
        with public_scope():
            Clinic.objects.filter(pk=clinic.pk).update(**{name: getattr(place, name) for name in CHOSEN})
        record("clinic_settings.changed", own, by=by, changes=changes)
    return Settings(own, place)
