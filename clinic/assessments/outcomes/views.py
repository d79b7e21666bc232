"""Outcomes of the clinic: the page in its parts, the rows behind its figures, and the figures as JSON."""

from typing import Any

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import Permission, Request, requires
from clinic.accounts.factors.confirmation import EXPORT
from clinic.assessments.outcomes.asking import Asked
from clinic.assessments.outcomes.behind.quarter import this_quarter
from clinic.assessments.outcomes.behind.rows import may_show, rows_of
from clinic.assessments.outcomes.figures import counts
from clinic.assessments.outcomes.forms import OutcomesForm
from clinic.assessments.outcomes.page import address
from clinic.assessments.outcomes.parts import OUTCOME, PARTS, tabs
from clinic.assessments.outcomes.sheets import file_of, tables_of
from clinic.audit.reading import note_export, note_list
from clinic.instruments.change import Change
from clinic.lists.jobs.spreadsheets import FORMATS

MOST_PAGES = 20_000
TEMPLATE = "outcomes/outcomes.html"


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def outcomes(request: Request) -> HttpResponse:
    """What became of cases. A filter that cannot be read is refused beside its field, or as JSON."""
    form = OutcomesForm(request.GET)
    figure, page, part = request.GET.get("show", ""), _page(request), request.GET.get("part", "")
    if _is_strange(request, part) or page is None:
        form.add_error(None, "Nothing is shown under this address.")
    if not form.is_valid() or page is None:
        note_list(request, "outcomes", rows=0)
        if request.GET.get("format") == "json":
            return JsonResponse({"error": {"code": "invalid", "fields": _problems(form)}}, status=400)
        return render(request, TEMPLATE, {"form": form}, status=400)
    asked, change = form.asked(), form.change()
    if request.GET.get("format") == "json":
        note_list(request, "outcomes", rows=0)
        return JsonResponse(_as_json(asked, change, part, request.GET))
    sheets = PARTS[part].sheets(asked, change, request.GET)
    if kind := request.GET.get(EXPORT):
        note_export(request, "outcomes")
        return file_of(asked, sheets, kind)
    rows = rows_of(asked, change, page, request.GET) if figure else None
    note_list(request, "outcomes", rows=len(rows.rows) if rows is not None else 0)
    context = {
        "form": form, "part": part, "tabs": tabs(part, request.GET, request.permissions), "rows": rows,
        "files": _files(request), "source": change.source, "restricted": request.seen_by is not None,
        "quarter": this_quarter(asked, change, request.GET) if part == OUTCOME and not figure else None,
        "sheets": sheets, "query": form.address(), "as_asked": address(request.GET)[1:],
    }  # fmt: skip
    return render(request, TEMPLATE, context)


def _as_json(asked: Asked, change: Change, part: str, query: QueryDict) -> dict[str, Any]:
    """The figures of the first part by their names, which stay; the tables of any other."""
    if part == OUTCOME:
        return counts(asked, change)
    return {"part": part, "tables": tables_of(PARTS[part].sheets(asked, change, query))}


def _is_strange(request: Request, part: str) -> bool:
    """Whether an address asks for what there is not, or what whoever asks may not see."""
    if request.GET.get("format", "json") != "json" or not may_show(request.GET, request.permissions):
        return True
    if EXPORT in request.GET and (request.GET[EXPORT] not in FORMATS or not _may_take_files(request)):
        return True
    return part not in PARTS or PARTS[part].needs not in request.permissions


def _may_take_files(request: Request) -> bool:
    return Permission.LISTS_EXPORT in request.permissions


def _files(request: Request) -> dict[str, str]:
    """The addresses of the part as a file, by the kind of file."""
    if not _may_take_files(request):
        return {}
    return {kind.upper(): address(request.GET, **{EXPORT: kind}) for kind in FORMATS}


def _page(request: Request) -> int | None:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) <= MOST_PAGES else None


def _problems(form: OutcomesForm) -> dict[str, list[str]]:
    return {form.add_prefix(name): [str(each) for each in problems] for name, problems in form.errors.items()}
