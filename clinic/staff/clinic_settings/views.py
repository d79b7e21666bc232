"""The page of the clinic's settings, for its owners."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clinic.access import Permission, Request, confirmed, requires, without_patients
from clinic.audit.queries import changed_by
from clinic.staff.clinic_settings import actions
from clinic.staff.clinic_settings.forms import SettingsForm, initial_of
from clinic.staff.models import SETTINGS_ID
from clinic.ui.forms import differences
from clinic.ui.pages import saved


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
@without_patients
@confirmed
def clinic_settings(request: Request) -> HttpResponse:
    zone = request.clinic.time_zone
    if request.method != "POST":
        current = actions.Settings(actions.own_settings(), request.clinic)
        return _page(request, SettingsForm(initial=initial_of(current), kept_zone=zone))
    form = SettingsForm(request.POST.copy(), kept_zone=zone)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        actions.change_clinic_settings(by=request.actor, clinic=request.clinic, **form.values())
    except actions.Changed as changed:
        return _conflict_page(request, form, changed.current)
    saved(request, "Settings saved.")
    return redirect("clinic_settings:edit")


def _page(request: Request, form: SettingsForm, *, status: int = 200) -> HttpResponse:
    return render(request, "clinic_settings/clinic_settings.html", {"form": form}, status=status)


def _conflict_page(request: Request, form: SettingsForm, current: actions.Settings) -> HttpResponse:
    """Both versions; saving from here replaces the one that is shown, and no later one."""
    yours = {**form.cleaned_data, "alert_numbers": form["alert_numbers"].value()}
    form.data["version"] = str(current.own.version)  # type: ignore[index]
    context: dict[str, Any] = {
        "form": form,
        "heading": "Someone else changed the settings",
        "who_text": changed_by(SETTINGS_ID),
        "rows": differences(form, initial_of(current), yours),
        "submit_label": "Save my version",
        "reload_url": reverse("clinic_settings:edit"),
    }
    return render(request, "ui/conflict.html", context, status=409)
