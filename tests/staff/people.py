"""What the tests of the pages about people look at."""

from clinic.accounts.models import Membership, User
from clinic.audit.models import AuditEvent
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope

LIST, NEW = "/clinic/people/", "/clinic/people/new/"
NORA = {"email": "Nora@New.test", "name": " Nora  New ", "role": "clinician"}


def page_of(user: User) -> str:
    return f"{LIST}{user.pk}/"


def membership(world, user: User) -> tuple[str, bool] | None:
    return Membership.objects.filter(clinic=world.clinic, user=user).values_list("role", "is_active").first()


def practitioner(world, user: User) -> tuple[str, bool] | None:
    with clinic_scope(world.clinic):
        return Practitioner.objects.filter(pk=user.pk).values_list("display_name", "is_active").first()


def trail(world) -> list[tuple]:
    """What the page wrote into the trail, oldest first."""
    with clinic_scope(world.clinic):
        events = AuditEvent.objects.filter(record_type="user").order_by("pk")
        return list(events.values_list("action", "actor_id", "record_id", "changes"))


def faults(response) -> dict[str, list[str]]:
    """What a form that was refused says beside its fields."""
    assert response.status_code == 422
    found = response.context["form"].errors.get_json_data()
    return {name: [each["message"] for each in messages] for name, messages in found.items()}
