"""What an owner does first in a new clinic: a short list, until it is done or put away."""

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clinic.access import Permission, Request, requires, without_patients
from clinic.accounts.models import Membership
from clinic.assessments.models import Assessment, InstrumentSettings
from clinic.assessments.of_patients import is_any_patient
from clinic.lists.page.preferences import keep_preferences
from clinic.staff.invitations.actions import waiting
from clinic.staff.models import ClinicSettings
from clinic.tenancy.scope import public_scope
from clinic.ui.pages import page_or_fragment

PAGE = "first_steps/first_steps.html"
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
    """The list, alone or in Today; on to Today once all of it is done, or it was put away."""
    steps = [] if request.membership.preferences.get(PUT_AWAY) else _steps(request)
    if all(step.done for step in steps):
        return HttpResponse() if request.htmx else redirect("home")
    return page_or_fragment(request, PAGE, f"{PAGE}#first-steps", {"steps": steps})


def _steps(request: Request) -> list[Step]:
    """The words of each step, where it is done, and whether it is."""
    settings, choice = ClinicSettings.objects.exists(), InstrumentSettings.objects.exists()
    people, patients, assessments = _has_people(request), is_any_patient(), Assessment.objects.exists()
    zone = "Its time zone and country, and what it wants done about alerts."
    mail, offer = "Each by mail, with a role of their own.", "Which there are, and which yours offers."
    name, link = "Name and date of birth are enough to begin.", "On the spot, or by a link to answer at home."
    return [
        Step("Say where the clinic is", zone, reverse("clinic_settings:edit"), settings),
        Step("Invite your colleagues", mail, reverse("people:list"), people),
        Step("Choose the instruments", offer, reverse("instruments:list"), choice),
        Step("Register a patient", name, reverse("patients:new"), patients),
        Step("Give a first questionnaire", link, reverse("assessments:new"), assessments),
    ]


@require_POST
@requires(Permission.CLINIC_MANAGE)
def first_steps_away(request: Request) -> HttpResponse:
    """Put the list away, for whoever asks that."""
    keep_preferences(request, {PUT_AWAY: True})
    return redirect("home")


def _has_people(request: Request) -> bool:
    """Whether somebody else works in the clinic or is invited."""
    with public_scope():
        others = Membership.objects.current(request.clinic).exclude(user=request.user.pk).exists()
    return others or bool(waiting(request.clinic))
