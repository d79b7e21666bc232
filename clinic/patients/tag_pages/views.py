"""The pages about the clinic's tags: which there are, and how many patients have each."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission, Request, requires, without_patients
from clinic.patients.models import Patient
from clinic.staff.models import Tag
from clinic.staff.tags.actions import TagInUse, WordTaken, remove_tag, save_tag
from clinic.staff.tags.forms import TagForm
from clinic.ui import errors
from clinic.ui.pages import saved

TAKEN = "The clinic has a tag of this word."
IN_USE = "Patients have this tag. Narrow the list of patients to it, and choose “Take off a tag” first."

HIGHEST = 2**31 - 1


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
@without_patients
def tag_list(request: Request) -> HttpResponse:
    """All tags, and a form for another."""
    form = TagForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _save(request, form, None):
        saved(request, "Tag added.")
        return redirect("tags:list")
    tags = [(tag, Patient.objects.tagged(tag.pk).count()) for tag in Tag.objects.all()]
    context = {"tags": tags, "form": form}
    return render(request, "tags/tag_list.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLINIC_MANAGE)
@without_patients
def tag_edit(request: Request, pk: int) -> HttpResponse:
    """Another word or colour for a tag; patients keep it."""
    tag = _tag(pk)
    form = TagForm(request.POST if request.method == "POST" else None, initial={"word": tag.word, "colour": tag.colour})
    if request.method == "POST" and _save(request, form, pk):
        saved(request, "Tag saved.")
        return redirect("tags:list")
    context: dict[str, Any] = {
        "form": form,
        "tag": tag,
        "heading": "Change a tag",
        "submit_label": "Save tag",
        "cancel_url": reverse("tags:list"),
    }
    return render(request, "tags/tag_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.CLINIC_MANAGE)
def tag_remove(request: Request, pk: int) -> HttpResponse:
    """Forget a tag that nobody has."""
    tag = _tag(pk)
    try:
        remove_tag(by=request.actor, id=tag.pk, count=Patient.objects.tagged(tag.pk).count())
    except TagInUse:
        return errors.answer(request, 409, "in_use", IN_USE, title="This tag is in use")
    saved(request, "Tag removed.")
    return redirect("tags:list")


def _tag(pk: int) -> Tag:
    """A tag; raises Http404, also for a number that no key can be."""
    if pk > HIGHEST:
        raise Http404
    tag: Tag = get_object_or_404(Tag, pk=pk)
    return tag


def _save(request: Request, form: TagForm, pk: int | None) -> bool:
    """Save what the form says; whether it could be, or the form says why not."""
    if not form.is_valid():
        return False
    try:
        save_tag(by=request.actor, id=pk, **form.cleaned_data)
    except WordTaken:
        form.add_error("word", TAKEN)
        return False
    return True
