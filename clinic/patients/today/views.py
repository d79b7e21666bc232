"""The first page after signing in: what is known of patients, and a place for what assessments know."""

from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import PRACTITIONER_ROLES, Permission, Request, requires
from clinic.audit.reading import note_list
from clinic.lists.reading.together import Part, read_together
from clinic.patients.models import DISPLAYED, DuplicatePair
from clinic.patients.today.changes import changes_since, parts_of_changes

SHOWN = 3


class Asking(NamedTuple):
    """Who asks: whether they see possible duplicates, and whether they have patients of their own."""

    person: UUID
    edits: bool
    has_patients: bool


@require_safe
@requires(Permission.PATIENTS_VIEW)
def today(request: Request) -> HttpResponse:
    """Today, which assessments and an owner's first steps come into by themselves."""
    edits = Permission.PATIENTS_EDIT in request.permissions
    asking = Asking(UUID(request.actor.id), edits, request.membership.role in PRACTITIONER_ROLES)
    found = read_together(_parts, asking, like=asking._replace(person=UUID(int=1)), differing=_differing)
    pairs = found.get("pair", [])
    since, changes = changes_since(found)
    note_list(request, "today", rows=len(pairs[:SHOWN]) + len(changes))
    context = {"pairs": pairs[:SHOWN], "are_more": len(pairs) > SHOWN, "since": since, "changes": changes}
    return render(request, "patients/today.html", context)


def _parts(asking: Asking) -> dict[str, Part]:
    parts = parts_of_changes(asking.person) if asking.has_patients else {}
    if asking.edits:
        names = [f"{one}__{name}" for one in ("first", "second") for name in DISPLAYED]
        rows = DuplicatePair.objects.open().order_by("-bits", "id")
        parts["pair"] = Part(rows[: SHOWN + 1], ("pk", "reasons", *names))
    return parts


def _differing(asking: Asking) -> tuple[Any, ...]:
    return asking.person, str(asking.person)
