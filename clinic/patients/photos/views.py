"""A patient's photo, and the page on which it is changed."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.audit.queries import was_shown
from clinic.audit.reading import note_nothing, note_record
from clinic.patients.models import Patient, PatientPhoto
from clinic.patients.photos import actions
from clinic.patients.photos.forms import PhotoForm
from clinic.ui.pages import noted, saved

# A page asks for the photo that it shows at once; then the page is what was read, and is in the trail.
OF_A_PAGE = timedelta(minutes=1)


@require_safe
@requires(Permission.PATIENTS_VIEW)
@csp_override({"default-src": ["'none'"]})
def photo(request: Request, pk: UUID) -> HttpResponse:
    """The photo itself, for a page about the patient."""
    found = get_object_or_404(PatientPhoto, patient=pk)
    if was_shown(request.actor.id, pk, within=OF_A_PAGE):
        note_nothing(request)
    else:
        note_record(request, found)
    response = HttpResponse(bytes(found.content), content_type="image/jpeg")
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_EDIT)
def photo_change(request: Request, pk: UUID) -> HttpResponse:
    """A form for a photo, or for another in its place, and the way to remove it."""
    patient = get_object_or_404(Patient.objects.select_related("user"), pk=pk)
    note_record(request, patient)
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if form.is_bound and form.is_valid():
        actions.set_photo(by=request.actor, id=pk, content=form.cleaned_data["photo"])
        saved(request, "Photo saved.")
        return redirect("patients:details", pk)
    context = {"patient": patient, "form": form, "cancel_url": reverse("patients:details", args=[pk])}
    return render(request, "photos/photo_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.PATIENTS_EDIT)
def photo_remove(request: Request, pk: UUID) -> HttpResponse:
    get_object_or_404(Patient, pk=pk)
    if actions.remove_photo(by=request.actor, id=pk):
        saved(request, "Photo removed.")
    else:
        noted(request, "There is no photo any more.")
    return redirect("patients:details", pk)
