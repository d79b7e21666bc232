"""What the tests of the pages about people do and look at."""

import re

from django.test import Client

from clinic.accounts.models import Membership, User
from clinic.audit.models import AuditEvent
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope

LIST, NEW = "/clinic/people/", "/clinic/people/new/"
NORA = {"email": "Nora@New.test", "role": "clinician"}
NEW_PASSWORD = "quite another passphrase"
ACCOUNT = {"name": " Nora  New ", "password": NEW_PASSWORD}


def page_of(user: User) -> str:
    return f"{LIST}{user.pk}/"


def membership(world, user: User) -> tuple[str, bool] | None:
    return Membership.objects.filter(clinic=world.clinic, user=user).values_list("role", "is_active").first()


def practitioner(world, user: User) -> tuple[str, bool] | None:
    with clinic_scope(world.clinic):
        return Practitioner.objects.filter(pk=user.pk).values_list("display_name", "is_active").first()


def link_in(mail) -> str:
    """The path of the link that a mail has."""
    found = re.findall(r"https?://[^/\s]+(/\S+)", mail.body)
    assert len(found) == 1
    return found[0]


def join_as_new(path: str, **typed: str) -> Client:
    """Somebody without an account at the link of an invitation; signed in afterwards."""
    client = Client()
    response = client.post(path, ACCOUNT | typed)
    assert response.status_code == 302, response.content.decode()
    return client


def trail(world, record_type: str = "user") -> list[tuple]:
    """What the page wrote into the trail, oldest first."""
    with clinic_scope(world.clinic):
        events = AuditEvent.objects.filter(record_type=record_type).order_by("pk")
        return list(events.values_list("action", "actor_id", "record_id", "changes"))


def faults(response) -> dict[str, list[str]]:
    """What a form that was refused says beside its fields."""
    assert response.status_code == 422
    found = response.context["form"].errors.get_json_data()
    return {name: [each["message"] for each in messages] for name, messages in found.items()}
