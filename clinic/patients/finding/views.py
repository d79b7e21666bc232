"""Finding people, pages and actions by what is typed: a page of its own, and the dialog that a key opens everywhere."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from clinic.access import Permission, Request, requires
from clinic.audit.reading import note_list, note_nothing
from clinic.lists.reading.listing import Listing
from clinic.patients.finding.ways import ways_to
from clinic.patients.models import Patient
from clinic.patients.search.rules import search_for
from clinic.ui.pages import page_or_fragment

PEOPLE = 8
PAGE = "finding/find.html"


class FindForm(forms.Form):
    q = forms.CharField(label="Find people and pages", required=False, max_length=200)


@require_safe
@requires(Permission.PATIENTS_VIEW)
def find(request: Request) -> HttpResponse:
    """People and pages for what is typed so far. The dialog asks for its results as somebody types."""
    form = FindForm(request.GET)
    is_valid = form.is_valid()
    text = form.cleaned_data["q"] if is_valid else ""
    context = {"form": form, "q": text, **_people(text)}
    context["ways"] = ways_to(text, request.permissions) if is_valid else []
    if text:
        note_list(request, "patients", rows=len(context["people"]))
    else:
        note_nothing(request)
    part = "found" if request.htmx and request.htmx.target == "found" else "finder"
    return page_or_fragment(request, PAGE, f"{PAGE}#{part}", context, status=200 if is_valid else 400)


def _people(text: str) -> dict[str, Any]:
    """Those whom the list of patients has first for the same search, each with why, and where the others are."""
    search = search_for(text)
    if search is None:
        return {"people": []}
    found = Listing(Patient.objects.active(), search.grades).first(PEOPLE)
    more = f"{reverse('patients:list')}?{urlencode({'q': text})}" if found.more else ""
    return {"people": list(zip(found.records, found.reasons, strict=True)), "more": more}
