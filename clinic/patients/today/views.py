"""The first page after signing in: what is known of patients, and a place for what assessments know."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import Permission, Request, requires
from clinic.audit.reading import note_list
from clinic.patients.models import DuplicatePair
from clinic.patients.today.changes import changes_since

SHOWN = 3


@require_safe
@requires(Permission.PATIENTS_VIEW)
def today(request: Request) -> HttpResponse:
    """Today, which assessments and an owner's first steps come into by themselves."""
    pairs = []
    if Permission.PATIENTS_EDIT in request.permissions:
        rows = DuplicatePair.objects.open().select_related("first", "second").order_by("-bits", "id")
        pairs = list(rows[: SHOWN + 1])
    since, changes = changes_since(request)
    note_list(request, "today", rows=len(pairs[:SHOWN]) + len(changes))
    context = {"pairs": pairs[:SHOWN], "are_more": len(pairs) > SHOWN, "since": since, "changes": changes}
    return render(request, "patients/today.html", context)
