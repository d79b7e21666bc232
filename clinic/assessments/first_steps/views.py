"""What an owner does first in a new clinic: a short list, until it is done or put away."""

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clinic.access import Permission, Request, requires, without_patients
from clinic.accounts.models import Membership
from clinic.assessments.of_patients import is_any_patient
from clinic.lists.page.preferences import keep_preferences
from clinic.staff.invitations.actions import waiting
from clinic.staff.models import ClinicSettings
from clinic.tenancy.scope import public_scope

PUT_AWAY = "first_steps_put_away"


class Step(NamedTuple):
    label: str
    hint: str
    url: str
    done: bool


@require_safe
@requires(Permission.CLINIC_MANAGE)
@without_patients
def first_steps(request: Request) -> HttpResponse:
    """The list; on to the patients once there are some and somebody else, or it was put away."""
    people, patients = _has_people(request), is_any_patient()
    if (people and patients) or request.membership.preferences.get(PUT_AWAY):
        return redirect("patients:list")
    steps = [
        Step(
            "Say where the clinic is",
            "Its time zone and country, and what it wants done about alerts.",
            reverse("clinic_settings:edit"),
            ClinicSettings.objects.exists(),
        ),
        Step("Invite your colleagues", "Each by mail, with a role of their own.", reverse("people:list"), people),
        Step("Register a patient", "Name and date of birth are enough to begin.", reverse("patients:new"), patients),
        Step("Look at the instruments", "Which there are, and which yours offers.", reverse("instruments:list"), False),
    ]
    return render(request, "first_steps/first_steps.html", {"steps": steps})


@require_POST
@requires(Permission.CLINIC_MANAGE)
def first_steps_away(request: Request) -> HttpResponse:
    """Put the list away, for whoever asks that."""
    keep_preferences(request, {PUT_AWAY: True})
    return redirect("patients:list")


def _has_people(request: Request) -> bool:
    """Whether somebody else works in the clinic or is invited."""
    with public_scope():
        others = Membership.objects.current(request.clinic).exclude(user=request.user.pk).exists()
    return others or bool(waiting(request.clinic))
