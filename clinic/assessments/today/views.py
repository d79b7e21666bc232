"""The lines of Today that are known of assessments: the part that the page at `/` fetches, and a page of its own."""

import uuid
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.today.actions import Line, bring_back, line_of, put_off
from clinic.assessments.today.sections import day_of, sections_of, stamp_now
from clinic.audit.reading import note_list, note_nothing
from clinic.ui import errors
from clinic.ui.pages import Undo, page_or_fragment, saved

PAGE = "assessments/today.html"
DAYS = {"1": "tomorrow", "3": "in three days", "7": "in a week"}
MENU = {days: label.capitalize() for days, label in DAYS.items()}
# What the address names after something was done, and where that is taken back.
UNDONE_AT = {"put_off": "assessments:bring_back", "acknowledged": "assessments:reopen_alerts"}


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def today_lines(request: Request) -> HttpResponse:
    """The lines; 204 to a page that asks by itself while nothing came in, which is no reading."""
    day = day_of(request)
    if "stamp" in request.GET and request.htmx and request.GET["stamp"] == stamp_now(day):
        note_nothing(request)
        return HttpResponse(status=204)
    sections, stamp = sections_of(day)
    note_list(request, "today", rows=sum(len(section.lines) for section in sections))
    context: dict[str, Any] = {"sections": sections, "stamp": stamp, "undo": _undo(request), "days": MENU}
    response = page_or_fragment(request, PAGE, f"{PAGE}#today", context)
    response["HX-Push-Url"] = "false"  # htmx takes it from no attribute of a boosted form
    return response


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def line_put_off(request: Request, pk: uuid.UUID) -> HttpResponse:
    line, days = _line(pk), request.POST.get("days", "")
    if days not in DAYS:
        return errors.answer(request, 400, "bad_request", "A line is put off until tomorrow, for three days or a week.")
    until = timezone.localdate() + timedelta(days=int(days))
    put_off(by=request.actor, person=uuid.UUID(request.actor.id), line=line, until=until)
    saved(request, f"Put off: it comes back {DAYS[days]}.", undo=True)
    return redirect(f"{reverse('assessments:today')}?put_off={pk}")


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def line_bring_back(request: Request, pk: uuid.UUID) -> HttpResponse:
    bring_back(by=request.actor, person=uuid.UUID(request.actor.id), line=_line(pk))
    saved(request, "It is back.")
    return redirect("assessments:today")


def _line(pk: uuid.UUID) -> Line:
    line = line_of(pk)
    if line is None:
        raise Http404
    return line


def _undo(request: Request) -> Undo | None:
    """Where what was just done is taken back; the message about it has the button."""
    for name, view in UNDONE_AT.items():
        try:
            return Undo(reverse(view, args=[uuid.UUID(request.GET[name])]), 0)
        except (KeyError, ValueError):
            continue
    return None
