"""The pages of instruments, and the clinic's settings of them."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clinic.access import Permission, Request, requires, without_patients
from clinic.instruments import actions as instrument_actions
from clinic.instruments import catalogue
from clinic.instruments.definitions import AssessmentType, Definition
from clinic.instruments.files.toml import newest, shipped
from clinic.instruments.pages.custom_views import newest_typed
from clinic.instruments.pages.forms import CLASS_LABELS, ClinicSettingsForm
from clinic.instruments.pages.questions import drawn_questions
from clinic.instruments.variants import made_for
from clinic.ui.pages import saved

# What is asked of the kinds that never count.


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
@without_patients
def instrument_list(request: Request) -> HttpResponse:
    chosen = catalogue.choices()
    rows = [
        {
            "definition": definition,
            "type": AssessmentType(definition.type).label,
            "own": definition.id.startswith("own-"),
            "offered": chosen.offers(definition),
        }
        for definition in _everything()
    ]
    return render(request, "instruments/instrument_list.html", {"rows": rows})


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
@without_patients
def instrument_detail(request: Request, instrument: str, version: str = "") -> HttpResponse:
    """Show the newest version of an instrument, or an older one by its number."""
    versions = {
        number: definition for (id, number), definition in (shipped() | catalogue.custom()).items() if id == instrument
    }
    if not versions or (version and version not in versions):
        raise Http404
    latest = max(versions, key=int)
    shown = version or latest
    definition: Definition = versions[shown]
    chosen = catalogue.choices()
    context = {
        "definition": definition,
        "type": AssessmentType(definition.type).label,
        "licence_class": CLASS_LABELS[definition.licence_class],
        "licence_is_off": definition.licence_class not in chosen.licence_classes,
        "is_hidden": definition.id in chosen.hidden,
        "questions": drawn_questions(definition),
        "made_for": made_for(definition),
        "follows": catalogue.title_of(definition.follow_up) if definition.follow_up else "",
        "is_own": (is_own := definition.id.startswith("own-")),
        "is_editable": is_own and newest_typed(definition.id) is not None,
        "is_latest": shown == latest,
        "versions": sorted(versions, key=int, reverse=True),
    }
    return render(request, "instruments/instrument_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
@without_patients
def clinic_settings(request: Request) -> HttpResponse:
    chosen = catalogue.choices()
    instruments = [(definition.id, definition.title) for definition in _everything()]
    initial = {
        "licence_classes": sorted(chosen.licence_classes - catalogue.ALWAYS_ON),
        "urgent_text": catalogue.urgent_text(),
        "offered": [id for id, _ in instruments if id not in chosen.hidden],
    }
    form = ClinicSettingsForm(
        request.POST if request.method == "POST" else None, initial=initial, instruments=instruments
    )
    if request.method == "POST" and form.is_valid():
        instrument_actions.set_instrument_choices(
            by=request.actor,
            licence_classes=form.cleaned_data["licence_classes"],
            hidden=form.hidden,
            urgent_text=form.cleaned_data["urgent_text"],
        )
        saved(request, "Settings saved.")
        return redirect("instruments:settings")
    status = 422 if form.is_bound else 200
    return render(request, "instruments/clinic_settings.html", {"form": form}, status=status)


def _everything() -> list[Definition]:
    """The newest version of every instrument, offered or not, by title."""
    found: list[Definition] = list(newest(shipped() | catalogue.custom()).values())
    return sorted(found, key=lambda definition: (definition.title.lower(), definition.id))
