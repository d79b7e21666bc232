"""The clinics, people and records that tests start from, made by the code that the product uses."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.db import connections, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clinic.access import Role
from clinic.accounts.models import Membership, User
from clinic.assessments.models import Assessment
from clinic.patients.models import Patient
from clinic.staff import actions as staff
from clinic.staff.models import Practitioner
from clinic.tenancy.cluster import has_citus
from clinic.tenancy.fleet.survey import survey
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.models import CHOSEN, Clinic, PreparedSchema

PASSWORD = "a long enough passphrase"
ROWS_OF = """
SELECT format('DELETE FROM %%s', oid::regclass) FROM pg_class
WHERE relnamespace = %s::regnamespace AND relkind = 'r' AND relname <> 'django_migrations'
"""
zone = "UTC"  # of the clinics that are made
made: "list[World]" = []  # all of them, in this process
CALLED = {
    Role.OWNER: "Olive Owner",
    Role.CLINICIAN: "Clara Clinician",
    Role.FRONT_DESK: "Frank Frontdesk",
    Role.AUDITOR: "Aude Auditor",
}


@dataclass(frozen=True)
class Writer:
    """Who the trail names for what tests write."""

    id: str = "test"
    name: str = "Test"


@dataclass
class World:
    """One clinic and its people by role."""

    clinic: Clinic
    users: dict[Role, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made.append(self)

    def __getattr__(self, name: str) -> User:
        return self.users[Role(name)]


def make_user(email: str, name: str) -> User:
    return staff.create_user(email=email, name=name, password=PASSWORD)


def closed_account(world: World, role: Role = Role.AUDITOR) -> User:
    """A member of a clinic whose account whoever runs the server has closed, as the web cannot."""
    user = User.objects.create_user(f"closed@{role}.test", PASSWORD, name="Cleo Closed", is_active=False)
    Membership.objects.create(user_id=user.pk, clinic_id=world.clinic.pk, role=role)
    return user


def make_world(name: str, domain: str, called: Mapping[Role, str] = CALLED) -> World:
    """A committed clinic with one person of each role, `owner@domain` and so on."""
    users = {role: make_user(f"{role}@{domain}", called[role]) for role in Role}
    clinic = staff.create_clinic(name=name, owner=users[Role.OWNER], time_zone=zone, by=Writer())
    world = World(clinic, users)
    for role in (Role.CLINICIAN, Role.FRONT_DESK, Role.AUDITOR):
        staff.add_member(clinic=world.clinic, user=users[role], role=role, by=Writer())
    return world


@contextmanager
def dropped_at_end(world: World) -> Iterator[World]:
    """A committed clinic while it is needed; then it goes, with everybody who was made for it and what was queued."""
    domain = world.owner.email.partition("@")[2]
    try:
        yield world
    finally:
        connections.close_all()
        DBTaskResult.objects.using("owner").all().delete()
        User.objects.using("owner").filter(email__endswith=f"@{domain}").delete()
        drop_whole(world.clinic, by=empty if has_citus() else provisioning.drop_clinic)
        connections.close_all()


def drop_whole(clinic: Clinic, *, by: Callable[[Clinic], None] = provisioning.drop_clinic) -> None:
    """Remove a clinic, and what restores have put into the bin of it."""
    by(clinic)
    for replaced in Clinic.objects.using("owner").filter(name__startswith=f"{clinic.name} (replaced,"):
        provisioning.drop_clinic(replaced)


def empty(clinic: Clinic) -> None:
    """Remove a clinic and its rows, and keep its tables for another: there 422 commands make them, one by one.

    A test may have removed the clinic, or made its schema one of another release.
    """
    row = Clinic.objects.using("owner").filter(pk=clinic.pk).first()
    if row is None:
        return
    if any(state.is_behind for state in survey() if state.clinic == row):
        provisioning.drop_clinic(row)
        return
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute(ROWS_OF, [row.schema_name])
        for (command,) in cursor.fetchall():
            cursor.execute(command)
        row.delete()
        PreparedSchema.objects.using("owner").create(
            schema_name=row.schema_name, fingerprint=provisioning.fingerprint()
        )


def own_clinic(name: str) -> AbstractContextManager[World]:
    """A committed clinic of a name that no other has."""
    key = uuid4().hex[:8]
    return dropped_at_end(make_world(f"{name} {key}", f"{key}.test"))


def chosen_by(clinic: Clinic) -> dict[str, Any]:
    """What the clinic's settings have of its place and its people, as the action takes it."""
    return {name: getattr(clinic, name) for name in CHOSEN}


def ahead(days: int) -> date:
    """The day so many days from today, where the clinic is."""
    return timezone.localdate() + timedelta(days=days)


def make_patient(**fields: Any) -> Patient:
    """A patient of the active clinic; fields that are not given are filled in."""
    number = Patient.objects.count() + 1
    values: dict[str, Any] = {
        "full_name": f"Patient Number{number}",
        "family_name": f"Number{number}",
        "gender": "female",
        "date_of_birth": date(1970, 1, 1 + number % 28),
        "record_number": f"T-{uuid4().hex[:8]}",
        **fields,
    }
    if "user" not in values:
        values["user"] = Practitioner.objects.active().order_by("display_name").first()
    patient = Patient.objects.create(**values)
    patient.refresh_from_db()
    return patient


def make_assessment(patient: Patient, **fields: Any) -> Assessment:
    """An assessment of the active clinic; fields that are not given are filled in."""
    values: dict[str, Any] = {
        "user": patient.user,
        "name": f"Physical {Assessment.objects.count() + 1}",
        "type": "physical",
        "date": date(2026, 3, 1),
        "questions": [{"question": "How far can you walk?", "answer": "To the shop"}],
        "score": 12,
        **fields,
    }
    return Assessment.objects.create(patient=patient, **values)
