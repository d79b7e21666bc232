"""The panel beside the form, and the work list of pairs who may be one person."""

import uuid

import django_filters
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_filters import FilterSet

from clinic.access import Permission, Request, requires
from clinic.audit.reading import note_list
from clinic.lists.page.list_page import ListPage, table_page
from clinic.lists.pages import note_rows
from clinic.patients.duplicates.registering import (
    LONGEST_NOTE,
    has_similar_names,
    says_more_than_a_name,
    typed_patient,
)
from clinic.patients.duplicates.tables import DuplicateTable
from clinic.patients.forms import PatientForm
from clinic.patients.matching.candidates import similar_to
from clinic.patients.matching.pairs import refuse_pair, reopen_pair
from clinic.patients.models import DuplicatePair, person_of
from clinic.ui.forms import one_line
from clinic.ui.pages import saved

SHOWN = 5  # in the panel


class DuplicateFilter(FilterSet):
    grade = django_filters.ChoiceFilter(
        choices=(("certain", "Certain"), ("probable", "Probable"), ("possible", "Possible")),
        label="Likelihood",
        empty_label="Any",
    )

    class Meta:
        model = DuplicatePair
        fields = ()


@require_safe
@requires(Permission.PATIENTS_EDIT)
def duplicate_list(request: Request) -> HttpResponse:
    """The pairs that nobody has looked at yet, the likest first; scored when a patient was saved."""
    page = ListPage(
        heading="Possible duplicates",
        noun="pair",
        noun_plural="pairs",
        search_hint="",
        empty_title="Nobody seems to be registered twice",
        empty_text="Pairs are found whenever a patient is registered or changed. There is none left to look at.",
        card_template="duplicates/_pairs.html",
        make_cards=list,
    )
    rows = DuplicatePair.objects.open().select_related("first__user", "second__user")
    response = table_page(request, rows, DuplicateTable, DuplicateFilter, page, sort="-likelihood")
    note_rows(request, "duplicates", page)
    return response


@require_POST
@requires(Permission.PATIENTS_EDIT)
def duplicate_refuse(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Keep that the two are two people."""
    pair = get_object_or_404(DuplicatePair, pk=pk)
    note = one_line(request.POST.get("note", "").replace("\0", ""))[:LONGEST_NOTE]
    refuse_pair(by=request.actor, first=pair.first_id, second=pair.second_id, note=note)
    saved(request, "Kept: these are two people.")
    return redirect("duplicates:list")


@require_POST
@requires(Permission.PATIENTS_EDIT)
def duplicate_reopen(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Put a pair back on the work list."""
    reopen_pair(by=request.actor, pair=get_object_or_404(DuplicatePair, pk=pk))
    return redirect("duplicates:list")


def _edited(request: Request) -> uuid.UUID | None:
    """The patient whose form it is, who is not similar to themself."""
    try:
        return uuid.UUID(request.GET.get("of", ""))
    except ValueError:
        return None


@require_POST
@requires(Permission.PATIENTS_EDIT)
def similar(request: Request) -> HttpResponse:
    """A fragment that says who is here already; posted, so that nothing of it is in an address."""
    typed = typed_patient(PatientForm(request.POST))
    found = similar_to(person_of(typed), but=_edited(request), most=SHOWN) if says_more_than_a_name(typed) else []
    shown = [each for each in found if each.seen]
    if shown:
        note_list(request, "patients", rows=len(shown))
    context = {
        "found": shown,
        "unseen": len(shown) < len(found),
        "similar_names": not says_more_than_a_name(typed) and has_similar_names(typed.full_name),
        "answered": request.POST.getlist("someone_else"),
    }
    return render(request, "duplicates/_similar.html", context)
