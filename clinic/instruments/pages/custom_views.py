"""Adding an instrument of the clinic's own, changing it, and offering it or not. Nothing is saved before a preview."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, requires, without_patients
from clinic.instruments import actions, catalogue
from clinic.instruments.files.importing import Imported, example_rows
from clinic.instruments.files.spreadsheet import KINDS
from clinic.instruments.models import CustomInstrument
from clinic.instruments.pages.custom_forms import ImportForm, InstrumentForm, typed_of
from clinic.instruments.pages.preview import examples
from clinic.instruments.parsing import definition_of
from clinic.instruments.questions import form_questions
from clinic.ui.pages import saved

CustomForm = InstrumentForm | ImportForm
Make = Callable[..., CustomForm]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
@without_patients
def instrument_new(request: Request) -> HttpResponse:
    return _page(request, InstrumentForm, heading="New instrument")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
@without_patients
def instrument_import(request: Request) -> HttpResponse:
    initial = {"becomes": request.GET.get("becomes", "")}
    example: dict[str, Any] = {"example": list(example_rows()), "kinds": KINDS}
    return _page(request, ImportForm, heading="Import an instrument", initial=initial, **example)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
@without_patients
def instrument_edit(request: Request, instrument: str) -> HttpResponse:
    """Change an instrument that was made by the form: a new version, filled with what the newest one has."""
    if (initial := newest_typed(instrument)) is None:
        raise Http404
    return _page(request, InstrumentForm, heading=f"Change {initial['title']}", initial=initial, becomes=instrument)


@require_POST
@requires(Permission.CLINIC_MANAGE)
def instrument_offer(request: Request, instrument: str) -> HttpResponse:
    """Offer an instrument, or withdraw it. What was made with it stays."""
    try:
        definition = catalogue.newest_of(instrument)
    except KeyError:
        raise Http404 from None
    offered = request.POST.get("do") == "offer"
    actions.offer_instrument(by=request.actor, definition=definition, offered=offered)
    said = "It is offered from now on." if offered else "It is withdrawn. What was made with it stays."
    saved(request, f"{definition.title}: {said}")
    return redirect("instruments:detail", instrument)


def newest_typed(instrument: str) -> dict[str, Any] | None:
    """What the form has for the newest version of a custom instrument; None if the form did not make it."""
    newest = CustomInstrument.objects.filter(instrument=instrument).order_by("-version").first()
    typed = typed_of(newest.definition) if newest is not None else None
    return None if newest is None or typed is None else {**typed, "after": newest.version}


def _page(
    request: Request, make: Make, *, heading: str, initial: dict[str, Any] | None = None, becomes: str = "", **more: Any
) -> HttpResponse:
    """Show a form; then the preview of what was typed; then save it, or go back to the form."""
    do = request.POST.get("do", "preview") if request.method == "POST" else "form"
    titles = catalogue.titles()
    if do == "form":
        form = make(initial={**(initial or {}), **request.POST.dict()}, instruments=titles)
    elif make is ImportForm:
        form = make(request.POST, request.FILES, instruments=titles)
    else:
        form = make(request.POST, instruments=titles)
    if becomes:
        del form.fields["becomes"]
    status = 200
    if form.is_bound:
        if form.is_valid() and (answer := _checked(request, form, do, becomes, heading)):
            return answer
        status = 409 if form.has_error(NON_FIELD_ERRORS, "newer") else 422
    shown = {"form": form, "heading": heading, "cancel_url": _back(becomes), **more}
    return render(request, "instruments/instrument_form.html", shown, status=status)


def _checked(request: Request, form: CustomForm, do: str, becomes: str, heading: str) -> HttpResponse | None:
    """Preview or save what a valid form says; None if it must be shown again with an error."""
    found: Imported = form.cleaned_data["imported"]
    becomes = becomes or form.cleaned_data.get("becomes", "")
    try:
        if do == "save":
            return _saved(request, found, becomes, form.cleaned_data.get("after"))
        actions.check_becomes(data=found.data, becomes=becomes, after=form.cleaned_data.get("after"))
    except actions.Undecided as error:
        form.add_error("becomes" if "becomes" in form.fields else None, str(error))
        return None
    except actions.Newer as error:
        form.add_error(None, _newer(form, error))
        return None
    return _preview(request, form, found, heading)


def _saved(request: Request, found: Imported, becomes: str, after: int | None) -> HttpResponse:
    row, is_new = actions.add_custom_instrument(
        by=request.actor, data=found.data, origin=found.origin, becomes=becomes, after=after
    )
    said = f"Version {row.version} saved." if is_new else "This version was there already."
    offered = "It is offered from now on." if catalogue.find(row.instrument) else "It is not offered yet: see below."
    saved(request, f"{said} {offered}")
    return redirect("instruments:detail", row.instrument)


def _preview(request: Request, form: CustomForm, found: Imported, heading: str) -> HttpResponse:
    definition = definition_of({**found.data, "id": "own-preview", "version": "1"})
    context = {
        "heading": heading,
        "form": form,
        "definition": definition,
        "is_offered": catalogue.choices().offers(definition),
        "questions": form_questions(definition, [item for item in definition.items if not item.source], responses={}),
        "examples": examples(definition),
    }
    return render(request, "instruments/instrument_preview.html", context)


def _newer(form: CustomForm, error: actions.Newer) -> ValidationError:
    """Say that there is a newer version, and let the next try follow it."""
    form.data = {**dict(form.data.items()), "after": str(error.version)}
    return ValidationError(f"{error} Look at it before you save yours, which would follow it.", code="newer")


def _back(instrument: str) -> str:
    return reverse("instruments:detail", args=[instrument]) if instrument else reverse("instruments:list")
