"""The pages where emergency access is reviewed."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clinic.access import Permission, Request, open_to_readers, requires
from clinic.audit.reading import note_list
from clinic.patients.care.emergency import NotReviewable, review_emergency_access
from clinic.patients.care.forms import ReviewForm
from clinic.patients.models import EmergencyAccess
from clinic.ui.pages import saved

REVIEWED = 100  # so many that were reviewed are shown, the newest


@require_safe
@requires(Permission.TRAIL_VIEW)
def emergency_list(request: Request) -> HttpResponse:
    """Every emergency access that waits to be reviewed, and the last ones that were."""
    return _page(request)


@require_POST
@requires(Permission.TRAIL_VIEW)
@open_to_readers
def emergency_review(request: Request, pk: UUID) -> HttpResponse:
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    try:
        review_emergency_access(by=request.actor, id=pk, note=form.cleaned_data["note"])
    except EmergencyAccess.DoesNotExist as error:
        raise Http404 from error
    except NotReviewable as refusal:
        form.add_error(None, str(refusal))
        return _page(request, pk, form, status=409)
    saved(request, "Emergency access reviewed.")
    return redirect("trail:emergencies")


def _page(
    request: Request, pk: UUID | None = None, form: ReviewForm | None = None, *, status: int = 200
) -> HttpResponse:
    """The list; `form` is the refused one of the access `pk`, which may have been reviewed meanwhile."""
    rows = EmergencyAccess.objects.select_related("patient").order_by("-begun_at", "id")
    waiting = list(rows.filter(reviewed_at=None))
    reviewed = list(rows.exclude(reviewed_at=None)[:REVIEWED])
    note_list(request, "emergencies", rows=len(waiting) + len(reviewed))
    if pk is not None and pk not in {access.pk for access in (*waiting, *reviewed)}:
        raise Http404
    cards = [(access, form if access.pk == pk else None) for access in (*waiting, *reviewed)]
    return render(request, "trail/emergencies.html", {"cards": cards}, status=status)
