"""Notes of contacts: writing one on the patient's page, and the page of one, where it is amended and struck out."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.models import ContactNote, ContactNoteRevision
from clinic.assessments.notes.actions import NoteChanged, amend_note, strike_out_note, write_note
from clinic.assessments.notes.forms import NoteAmendForm, NoteForm, NoteStrikeForm, initial_of
from clinic.assessments.of_patients import patient_or_404
from clinic.audit.reading import note_record
from clinic.ui.pages import saved


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT, Permission.ANSWERS_VIEW)
def note_new(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Write a note. A refused form is shown again by itself, with everything that was typed."""
    patient = patient_or_404(pk)
    form = NoteForm(request.POST) if request.method == "POST" else NoteForm()
    if form.is_valid():
        write_note(by=request.actor, patient=patient, **form.cleaned_data)
        saved(request, "Note saved.")
        return redirect("patients:detail", pk)
    note_record(request, patient)
    context = {"patient": patient, "form": form}
    return render(request, "assessments/note_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.ANSWERS_VIEW)
def note_detail(request: Request, pk: uuid.UUID) -> HttpResponse:
    return _page(request, _note(pk))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT, Permission.ANSWERS_VIEW)
def note_amend(request: Request, pk: uuid.UUID) -> HttpResponse:
    return _change(request, pk, "amend_form", NoteAmendForm, amend_note, "Note amended.")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT, Permission.ANSWERS_VIEW)
def note_strike(request: Request, pk: uuid.UUID) -> HttpResponse:
    return _change(request, pk, "strike_form", NoteStrikeForm, strike_out_note, "Note struck out.")


def _change(
    request: Request, pk: uuid.UUID, name: str, form_class: type[forms.Form], act: Callable[..., Any], done: str
) -> HttpResponse:
    """Change a note by a form on its page, which who only opens the address is shown; a refused one keeps its input."""
    if request.method != "POST":
        return redirect("assessments:note", pk)
    note, form = _note(pk), form_class(request.POST)
    if not form.is_valid():
        return _page(request, note, status=422, **{name: form})
    try:
        act(by=request.actor, id=pk, **form.cleaned_data)
    except NoteChanged as changed:
        current = _note(changed.current.pk)
        return _page(request, current, status=409, **{name: _after_change(form, current)})
    saved(request, done)
    return redirect("assessments:note", pk)


def _note(pk: uuid.UUID) -> ContactNote:
    return get_object_or_404(ContactNote.objects.select_related("patient__user"), pk=pk)


def _after_change[F: forms.Form](form: F, current: ContactNote) -> F:
    """The form with what was typed. Saving it replaces the version that the page shows, and no later one."""
    again = type(form)({**form.data.dict(), "version": current.version})  # type: ignore[attr-defined]
    problem = NoteChanged(current)
    said = f"{problem} It is shown above as it is now." if not current.stands else (
        f"{problem} It is shown above as it is now. Save again to replace that, or leave it."
    )  # fmt: skip
    again.add_error(None, said)
    return again


def _page(request: Request, note: ContactNote, *, status: int = 200, **refused: Any) -> HttpResponse:
    """The note, what it said before, and its forms. `refused` are those that were: `amend_form`, `strike_form`."""
    note_record(request, note)
    context = {
        "note": note,
        "patient": note.patient,
        "revisions": ContactNoteRevision.objects.filter(note=note).order_by("-id"),
        "amend_form": NoteAmendForm(initial=initial_of(note)),
        "strike_form": NoteStrikeForm(initial={"version": note.version}),
        **refused,
    }
    return render(request, "assessments/note_detail.html", context, status=status)
