"""Who is here already, while somebody is registered or changed: beside the form, and once more when it is sent."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from clinic.access import Request
from clinic.audit.reading import note_record
from clinic.lists.reading.listing import Listing
from clinic.matching.scoring import compare
from clinic.patients.forms import PatientForm
from clinic.patients.matching.candidates import Similar, similar_to
from clinic.patients.matching.pairs import refuse_pair
from clinic.patients.models import IDENTIFYING, DuplicatePair, Patient, person_of
from clinic.patients.search.rules import search_for
from clinic.tenancy.scope import everybody_seen
from clinic.text.full_names import filed_family_name

ASKED = ("certain", "probable")  # about whom a form that is sent asks; the panel beside it shows possible ones too
UNSEEN = "unseen"  # the answer about those of whom the person may know no more than that they are there
LONGEST_NOTE = 500


def typed_patient(form: PatientForm) -> Patient:
    """A patient of what was typed and can be read, but for the record number, which has a refusal of its own."""
    form.is_valid()
    compared = set(IDENTIFYING) - {"record_number"}
    known = {name: value for name, value in form.cleaned_data.items() if name in compared and value}
    if isinstance(known.get("date_of_birth"), str):  # where what is read of several fields together was refused
        known.pop("date_of_birth")
    known.setdefault("family_name", filed_family_name(known.get("full_name", "")))
    return Patient(**known)


def says_more_than_a_name(patient: Patient) -> bool:
    reached = patient.phone_number or patient.second_phone_number or patient.email or patient.address
    return bool(patient.date_of_birth or reached)


def has_similar_names(full_name: str) -> bool:
    search = search_for(full_name)
    return bool(search and Listing(Patient.objects.all(), search.grades).first(1).records)


def unanswered(request: Request, form: PatientForm, patient: Patient | None = None) -> list[Similar]:
    """Who probably is the person of a clean form, and about whom nobody has said that they are someone else.

    None where the rule of names refuses the form anyway, and nobody who was compared with `patient` before.
    """
    but = patient.pk if patient else form.cleaned_data["id"]
    typed, answered = typed_patient(form), {*request.POST.getlist("someone_else"), *_compared(patient)}
    with everybody_seen():
        taken = Patient.objects.named(typed.full_name).filter(user=form.cleaned_data["user"]).exclude(pk=but)
        if taken.exists():
            return []
    found = [each for each in similar_to(person_of(typed), but=but) if each.match.grade in ASKED]
    if patient is not None:  # of who is in the bin it was asked when they were registered
        found = [each for each in found if not each.in_bin]
    return [each for each in found if (str(each.patient.pk) if each.seen else UNSEEN) not in answered]


def _compared(patient: Patient | None) -> set[str]:
    """Whom the work list has beside a patient, open or refused; those not seen among them."""
    if patient is None:
        return set()
    with everybody_seen():
        others = {pair.other_of(patient) for pair in DuplicatePair.objects.of(patient)}
    seen = set(Patient.objects.filter(pk__in=others).values_list("pk", flat=True))
    return {str(pk) for pk in seen} | ({UNSEEN} if others - seen else set())


def similar_page(
    request: Request, form: PatientForm, found: list[Similar], patient: Patient | None = None
) -> HttpResponse:
    """The form with who may be the same person; sending it from here says that they are someone else.

    It is answered as a page and not as a refusal, so that the trail has whose records it shows.
    """
    for each in found:
        if each.seen:
            note_record(request, each.patient)
    context: dict[str, Any] = {
        "form": form,
        "found": [each for each in found if each.seen],
        "unseen": any(not each.seen for each in found),
        "answered": request.POST.getlist("someone_else"),
        "patient": patient,
        "heading": "Possibly the same person",
        "submit_label": "Save: this is someone else" if patient else "Register: this is someone else",
        "cancel_url": reverse("patients:details", args=[patient.pk]) if patient else reverse("patients:list"),
    }
    return render(request, "duplicates/same_person.html", context)


def keep_answers(request: Request, patient: Patient) -> None:
    """Keep about whom was said that they are someone else, with who, when and why."""
    others = Patient.objects.in_bulk([UUID(text) for text in request.POST.getlist("someone_else") if _is_id(text)])
    note = " ".join(request.POST.get("someone_else_why", "").replace("\0", "").split())[:LONGEST_NOTE]
    for other in others.values():
        match = compare(person_of(patient), person_of(other))
        if other.pk != patient.pk and match.grade:
            refuse_pair(by=request.actor, first=patient.pk, second=other.pk, match=match, note=note)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
