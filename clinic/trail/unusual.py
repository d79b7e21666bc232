"""Reading that somebody should ask about, found in the last weeks of the trail.

None of it is wrong by itself: a locum opens many records, a nurse works at night, two families have one name.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.staff.members import members_of
from clinic.tenancy.models import Clinic

LOOKED_BACK = timedelta(days=30)
MANY = 60  # records that somebody opened in one day
EVENING, MORNING = 22, 6  # hours between which a clinic is closed
NIGHTLY = 3  # records that somebody opened in one night hour or more


@dataclass(frozen=True)
class UnusualReading:
    """What somebody read on one day, and why it is listed."""

    day: date
    who: str
    actor_id: str
    why: str
    patients: list[Patient] = field(default_factory=list)


@dataclass
class Day:
    """What one person opened on one day."""

    who: str = ""
    opened: set[UUID] = field(default_factory=set)
    at_night: set[UUID] = field(default_factory=set)


def unusual_readings(clinic: Clinic) -> list[UnusualReading]:
    """What is listed, the newest first."""
    days: dict[tuple[date, str], Day] = defaultdict(Day)
    rows = AuditEvent.objects.filter(at__gte=timezone.now() - LOOKED_BACK, is_reading=True)
    of_people = rows.exclude(patient_id=None).exclude(actor_id__startswith="client:")
    values: Any = of_people.values_list("actor_id", "actor_name", "patient_id", "at")
    for actor_id, who, patient_id, at in values.iterator():
        here = timezone.localtime(at)
        day = days[timezone.localdate(at), actor_id]
        day.who = who
        day.opened.add(patient_id)
        if here.hour >= EVENING or here.hour < MORNING:
            day.at_night.add(patient_id)
    found = _of_own_family(clinic, days)
    for (on, actor_id), day in days.items():
        if len(day.opened) >= MANY:
            found.append(UnusualReading(on, day.who, actor_id, f"Opened {len(day.opened)} records in one day."))
        if len(day.at_night) >= NIGHTLY:
            why = f"Opened {len(day.at_night)} records between {EVENING}:00 and {MORNING}:00."
            found.append(UnusualReading(on, day.who, actor_id, why))
    return sorted(found, key=lambda one: (one.day, one.who, one.why), reverse=True)


def _of_own_family(clinic: Clinic, days: dict[tuple[date, str], Day]) -> list[UnusualReading]:
    """Who opened the record of somebody with their own family name."""
    names = {str(member.user_id): _family(member.user.name) for member in members_of(clinic)}
    opened = {key for day in days.values() for key in day.opened}
    patients = {patient.pk: patient for patient in Patient.objects.filter(pk__in=opened)}
    found = []
    for (on, actor_id), day in days.items():
        same = [
            patients[key]
            for key in day.opened & patients.keys()
            if names.get(actor_id) and names[actor_id] == _family(patients[key].family_name or patients[key].full_name)
        ]
        if same:
            same.sort(key=lambda patient: patient.full_name)
            found.append(UnusualReading(on, day.who, actor_id, "Has the family name of who they read about.", same))
    return found


def _family(name: str) -> str:
    """The last word of a name, whatever its capitals."""
    return name.split()[-1].casefold() if name.split() else ""
