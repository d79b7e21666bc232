"""The pages of instruments, and the clinic's settings of them."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from clinic.access import Permission, Request, requires
from clinic.instruments import actions as instrument_actions
from clinic.instruments import catalogue
from clinic.instruments.definitions import AssessmentType, Definition
from clinic.instruments.files.importing import example_rows
from clinic.instruments.files.spreadsheet import KINDS
from clinic.instruments.files.toml import newest, shipped
from clinic.instruments.forms import CLASS_LABELS, ClinicSettingsForm, ImportForm, InstrumentForm
from clinic.instruments.items.conditions import asked_words
from clinic.instruments.items.parts import DATE, SEVERAL, TEXT, YES_NO
from clinic.instruments.texts.surroundings import surroundings
from clinic.ui.pages import saved

# What is asked of the kinds that never count.
KIND_LABELS = {
    SEVERAL: "Several answers, not scored",
    TEXT: "A text, not scored",
    DATE: "A date, not scored",
    YES_NO: "Yes or no, not scored",
}


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
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
    chosen, around = catalogue.choices(), surroundings(definition, definition.items)
    context = {
        "definition": definition,
        "type": AssessmentType(definition.type).label,
        "licence_class": CLASS_LABELS[definition.licence_class],
        "licence_is_off": definition.licence_class not in chosen.licence_classes,
        "is_hidden": definition.id in chosen.hidden,
        "questions": [
            (item, around[item.code], asked_words(definition, item.code), KIND_LABELS.get(item.kind, ""))
            for item in definition.items
        ],
        "is_latest": shown == latest,
        "versions": sorted(versions, key=int, reverse=True),
    }
    return render(request, "instruments/instrument_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
def instrument_new(request: Request) -> HttpResponse:
    form = InstrumentForm(posted(request), instruments=catalogue.titles())
    page = {"heading": "New instrument", "submit_label": "Save instrument"}
    return _added(request, form) or _form_page(request, form, **page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
def instrument_import(request: Request) -> HttpResponse:
    files = request.FILES if request.method == "POST" else None
    form = ImportForm(posted(request), files, instruments=catalogue.titles())
    page = {
        "heading": "Import an instrument",
        "submit_label": "Import",
        "example": list(example_rows()),
        "kinds": KINDS,
    }
    return _added(request, form) or _form_page(request, form, **page)


def posted(request: Request) -> Any:
    """The posted data for a form; None for a request that posts nothing."""
    return request.POST if request.method == "POST" else None


def _added(request: Request, form: InstrumentForm | ImportForm) -> HttpResponse | None:
    """Store the instrument of a valid form and redirect to its page; None if the form must be shown."""
    if request.method != "POST" or not form.is_valid():
        return None
    found = form.cleaned_data["imported"]
    becomes = form.cleaned_data["becomes"]
    try:
        row, is_new = instrument_actions.add_custom_instrument(
            by=request.actor, data=found.data, origin=found.origin, becomes=becomes
        )
    except instrument_actions.Undecided as error:
        form.add_error("becomes", str(error))
        return None
    said = f"Version {row.version} saved." if is_new else "This version was there already."
    offered = "It is offered from now on." if catalogue.find(row.instrument) else "It is not offered yet: see below."
    saved(request, f"{said} {offered}")
    return redirect("instruments:detail", row.instrument)


def _form_page(request: Request, form: InstrumentForm | ImportForm, **context: Any) -> HttpResponse:
    shown = {"form": form, "cancel_url": reverse("instruments:list"), **context}
    return render(request, "instruments/instrument_form.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
def clinic_settings(request: Request) -> HttpResponse:
    chosen = catalogue.choices()
    instruments = [(definition.id, definition.title) for definition in _everything()]
    initial = {
        "licence_classes": sorted(chosen.licence_classes - catalogue.ALWAYS_ON),
        "urgent_text": catalogue.urgent_text(),
        "offered": [id for id, _ in instruments if id not in chosen.hidden],
    }
    form = ClinicSettingsForm(posted(request), initial=initial, instruments=instruments)
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
