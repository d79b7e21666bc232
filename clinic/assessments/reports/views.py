"""Pages of whole reports: one printed sheet of every part, and the reports that were kept."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import EmptyPage, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, requires, without_patients
from clinic.accounts.factors.confirmation import EXPORT
from clinic.assessments.models import KeptReport
from clinic.assessments.outcomes.forms import OutcomesForm
from clinic.assessments.outcomes.sheets import answer_of
from clinic.assessments.reports import actions
from clinic.assessments.reports.forms import KeepForm
from clinic.assessments.reports.frozen import beside, from_json
from clinic.assessments.reports.report import Report, file_rows_of, proposed_title, report_of
from clinic.audit.reading import note_list, note_record
from clinic.lists.jobs.spreadsheets import FORMATS
from clinic.lists.page.addresses import whole_number
from clinic.lists.queries import owns_clinic
from clinic.lists.reading.index_runs import BadList
from clinic.ui import errors
from clinic.ui.pages import saved

PER_PAGE = 50
UNREADABLE = "These filters cannot be read. Choose them again on the page of outcomes."
NOT_YOURS = "Only who kept this report, or an owner of the clinic, may take it back."


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def report_print(request: Request) -> HttpResponse:
    """Every part of what the filters ask for, on one page for paper."""
    note_list(request, "outcomes", rows=0)
    form = OutcomesForm(request.GET)
    if not form.is_valid():
        return render(request, "outcomes/outcomes.html", {"form": form}, status=400)
    context = {
        "report": report_of(form, request.permissions), "title": proposed_title(form.asked()),
        "query": form.address(), "printed_at": timezone.now(), "is_restricted": request.seen_by is not None,
    }  # fmt: skip
    return render(request, "reports/report.html", context)


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
@without_patients
def report_list(request: Request) -> HttpResponse:
    """The kept reports that somebody may see, the newest first, without their figures."""
    rows = _open_to(request).select_related("kept_by").defer("contents").order_by("-kept_at", "id")
    try:
        page = Paginator(rows, PER_PAGE).page(whole_number(request, "page", 1))
    except (BadList, EmptyPage) as error:
        raise Http404 from error
    return render(request, "reports/report_list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_VIEW)
@without_patients
def report_keep(request: Request) -> HttpResponse:
    """Keep what the filters of the address come to now, under a title."""
    filters = OutcomesForm(request.GET)
    if not filters.is_valid():
        return errors.keep_or_answer(request, 400, "invalid", UNREADABLE)
    query = filters.address()
    form = KeepForm(request.POST or None, initial={"title": proposed_title(filters.asked())})
    if form.is_valid():
        report = actions.keep_report(
            by=request.actor, title=form.cleaned_data["title"], query=query, counts_everybody=request.seen_by is None,
            report=report_of(filters, request.permissions),
        )  # fmt: skip
        saved(request, "Report kept. It stays as it is now, whatever is amended.")
        return redirect("reports:detail", report.pk)
    context = {"form": form, "query": query, "cancel_url": f"{reverse('outcomes:page')}?{query}"}
    context |= {"submit_label": "Keep this report"}
    return render(request, "reports/report_form.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def report_detail(request: Request, pk: UUID) -> HttpResponse:
    """A kept report as it was, or its file; with `beside=today` each figure that is another today says so."""
    kept = get_object_or_404(_open_to(request).select_related("kept_by"), pk=pk)
    report, context = from_json(kept.contents, request.permissions), _about(request, kept)
    if EXPORT in request.GET:
        return _file(request, kept, report)
    note_record(request, kept)
    if context["is_beside"]:
        form = OutcomesForm(QueryDict(kept.query))
        if not form.is_valid():
            context["problem"] = "What it was narrowed by is not there any more, so that it cannot be counted today."
        else:
            report = beside(report, report_of(form, request.permissions))
    return render(request, "reports/report.html", {**context, "report": report})


@require_POST
@requires(Permission.ASSESSMENTS_VIEW)
def report_remove(request: Request, pk: UUID) -> HttpResponse:
    kept = get_object_or_404(_open_to(request), pk=pk)
    try:
        actions.take_back_report(by=request.actor, report=kept, owns_clinic=owns_clinic(request))
    except actions.NotYours:
        return errors.answer(request, 403, "not_yours", NOT_YOURS)
    saved(request, "The report was taken back.")
    return redirect("reports:list")


def _open_to(request: Request) -> QuerySet[KeptReport]:
    return KeptReport.objects.open_to(request.actor.id, is_restricted=request.seen_by is not None)


def _file(request: Request, kept: KeptReport, report: Report) -> HttpResponse:
    if Permission.LISTS_EXPORT not in request.permissions:
        raise PermissionDenied
    if (kind := request.GET[EXPORT]) not in FORMATS:
        raise Http404
    note_record(request, kept, action="downloaded")
    kept_on = timezone.localdate(kept.kept_at)
    labels = (kept.title, "Kept on", str(kept_on), str(kept.kept_by.display_name))
    return answer_of(kind, f"report-{kept_on}", labels, file_rows_of(report))


def _about(request: Request, kept: KeptReport) -> dict[str, Any]:
    return {
        "kept": kept,
        "title": kept.title,
        "query": kept.query,
        "printed_at": timezone.now(),
        "is_restricted": not kept.counts_everybody,
        "is_beside": request.GET.get("beside") == "today",
        "files": FORMATS if Permission.LISTS_EXPORT in request.permissions else (),
        "may_remove": request.may_write and (str(kept.kept_by_id) == request.actor.id or owns_clinic(request)),
    }
