"""The worklist of alerts, oldest first, and acknowledging one of them."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.alerts.actions import NoteMissing, acknowledge_alert
from clinic.assessments.bulk import ALERTS
from clinic.assessments.models.alerts import Alert
from clinic.assessments.pages.pages import detail_page
from clinic.lists.page.list_page import ListPage
from clinic.lists.pages import list_page
from clinic.ui.pages import saved

LONGEST_NOTE = 2000


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def alert_list(request: Request) -> HttpResponseBase:
    page = ListPage(
        heading="Alerts",
        noun="alert",
        noun_plural="alerts",
        search_hint="Patient or record number",
        empty_title="No alerts to show",
        empty_text="Answers that need action appear here until somebody says what was done.",
    )
    return list_page(request, ALERTS, page)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def alert_acknowledge(request: Request, pk: UUID) -> HttpResponse:
    """Acknowledge an alert with a note. Without a note the page asks again."""
    alert = get_object_or_404(Alert.objects.select_related("assessment__patient__user", "assessment__user"), pk=pk)
    note = request.POST.get("note", "")
    problem = ""
    if len(note) > LONGEST_NOTE or "\x00" in note:
        problem = f"Say what was done about it, in at most {LONGEST_NOTE:,} characters."
    try:
        if not problem:
            acknowledge_alert(by=request.actor, id=pk, note=note)
    except NoteMissing as missing:
        problem = str(missing)
    if problem:
        return detail_page(request, alert.assessment, status=422, note_error=problem, note_alert=pk, note=note)
    saved(request, "Alert acknowledged.")
    return redirect("assessments:detail", alert.assessment_id)
