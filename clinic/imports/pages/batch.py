"""What the pages of files do, whatever the rows of a file are: send it, say what it is, see what comes of it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from clinic.access import Request
from clinic.audit.reading import note_nothing, note_record
from clinic.imports import actions
from clinic.imports.content import TooLarge
from clinic.imports.errorfile import error_file
from clinic.imports.files.rows import Unreadable
from clinic.imports.models import ImportBatch, ImportedRecord, ImportFault, Stage
from clinic.imports.pages.subjects import Pages
from clinic.lists.actions import NotNow as JobNotNow
from clinic.lists.actions import cancel_job, why_not_continue
from clinic.ui import errors
from clinic.ui.pages import page_or_fragment, posted_version, saved

SHOWN = 20  # files on the first page
FAULTS = 50  # rows that are at fault, shown on the page
LARGE = "A file may hold 256 megabytes at most. Nothing was kept."


def new(request: Request, pages: Pages) -> HttpResponse:
    """Send a file, or go on with one that was sent."""
    note_nothing(request)
    if request.method != "POST":
        return _upload_page(request, pages, pages.upload())
    form = pages.upload(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, pages, form)
    file = form.cleaned_data["file"]
    try:
        batch = actions.begin_import(
            by=request.actor, clinic=request.clinic, file_name=file.name, chunks=file.chunks(256 * 1024),
            about=pages.about, proposes=pages.proposes,
        )  # fmt: skip
    except Unreadable as error:
        form.add_error("file", str(error))
        return _upload_page(request, pages, form)
    except TooLarge:
        return errors.answer(request, 413, "too_large", LARGE)
    return redirect(pages.at["detail"], batch.pk)


def _upload_page(request: Request, pages: Pages, form: Any) -> HttpResponse:
    recent = ImportBatch.objects.filter(about=pages.about).order_by("-created_at", "-id")[:SHOWN]
    context = {"form": form, "recent": recent, "pages": pages}
    return render(request, "imports/import_new.html", context, status=422 if form.is_bound else 200)


def batch_or_404(pages: Pages, pk: uuid.UUID) -> ImportBatch:
    batch: ImportBatch = get_object_or_404(ImportBatch.objects.select_related("job"), pk=pk, about=pages.about)
    return batch


def detail(request: Request, pages: Pages, batch: ImportBatch, form: Any = None) -> HttpResponse:
    """Where a file is on its way: questions, progress, what was found, what came of it."""
    job, facts = batch.job, batch.facts
    is_over = job is None or not job.is_open
    asks = batch.can_be_answered or (batch.stage == Stage.CHECKING and is_over)
    if form is None and asks and "headings" in facts:
        form = pages.form(batch)
    faults = ImportFault.objects.filter(batch=batch, is_here=False).order_by("row", "id")
    context = {
        "batch": batch,
        "job": job,
        "pages": pages,
        "form": form if asks else None,
        "choice": facts.get("choice") if asks else None,
        "is_running": batch.is_busy and not is_over,
        "is_stuck": batch.is_busy and is_over,
        "can_continue": job is not None and is_over and batch.is_busy and not why_not_continue(job),
        "faults": faults[:FAULTS],
        "here": ImportFault.objects.filter(batch=batch, is_here=True).order_by("row")[:FAULTS],
        "left": ImportedRecord.objects.filter(batch=batch, is_removed=False).exclude(reason="")[:FAULTS],
        "unmapped": [heading for heading, target in batch.answers.get("columns", {}).items() if not target],
        "again": _same_file(batch),
    }
    status = 422 if form is not None and form.is_bound else 200
    return page_or_fragment(
        request, "imports/import_detail.html", "imports/import_detail.html#progress", context, status=status
    )


def _same_file(batch: ImportBatch) -> ImportBatch | None:
    """The same content, brought in before."""
    same = ImportBatch.objects.filter(checksum=batch.checksum, about=batch.about, stage=Stage.WRITTEN)
    return same.exclude(pk=batch.pk).order_by("-created_at").first()


def read(request: Request, pages: Pages, pk: uuid.UUID) -> HttpResponse:
    """Say in which encoding, with which separator, from which sheet or as which questionnaire the file is read."""
    batch = batch_or_404(pages, pk)
    choice = batch.facts.get("choice") or {"name": "", "options": []}
    value = request.POST.get("value", "")
    if value not in [option[0] for option in choice["options"]]:
        return errors.answer(request, 400, "choice", "Choose one of the ways to read the file, and send it again.")
    said = {choice["name"]: value}
    return do(
        request, pages, pk,
        lambda **at: actions.answer_reading(clinic=request.clinic, said=said, proposes=pages.proposes, **at),
    )  # fmt: skip


def columns(request: Request, pages: Pages, pk: uuid.UUID) -> HttpResponse:
    """Say what the columns are, and have the file checked."""
    batch = batch_or_404(pages, pk)
    if "headings" not in batch.facts:
        return errors.answer(request, 409, "conflict", "Say first how the file is read.")
    form = pages.form(batch, request.POST)
    if not form.is_valid():
        return detail(request, pages, batch, form)
    return do(
        request, pages, pk, lambda **at: actions.answer_columns(answers=form.answers(), memory=form.memory(), **at)
    )


def write(request: Request, pages: Pages, pk: uuid.UUID) -> HttpResponse:
    whole = request.POST.get("do") != "good"
    return do(request, pages, pk, lambda **at: actions.begin_writing(whole=whole, **at))


def rows_at_fault(request: Request, pages: Pages, pk: uuid.UUID) -> HttpResponseBase:
    """The rows that are at fault as a file, with what is wrong, to be corrected and sent again."""
    batch = batch_or_404(pages, pk)
    if not ImportFault.objects.filter(batch=batch, is_here=False).exists():
        return errors.answer(request, 404, "not_found", "Nothing is wrong with any row, or the file is no longer kept.")
    note_record(request, batch, action="downloaded")
    response = StreamingHttpResponse(error_file(request.clinic, batch), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rows-to-correct.csv"'
    return response


def do(request: Request, pages: Pages, pk: uuid.UUID, action: Callable[..., Any]) -> HttpResponse:
    """Do something with a file as the page showed it, and go back to that page."""
    batch_or_404(pages, pk)
    try:
        action(by=request.actor, id=pk, version=posted_version(request))
    except actions.NotNow as refusal:
        return errors.keep_or_answer(request, 409, "conflict", str(refusal))
    except Unreadable as error:
        return errors.answer(request, 400, "unreadable", str(error))
    return redirect(pages.at["detail"], pk)


def with_job(request: Request, pages: Pages, pk: uuid.UUID, action: Callable[..., Any]) -> HttpResponse:
    batch = batch_or_404(pages, pk)
    if batch.job_id is None:
        return errors.answer(request, 409, "conflict", "Nothing is being done with this file.")
    try:
        action(by=request.actor, id=batch.job_id)
    except JobNotNow as refusal:
        return errors.answer(request, 409, "conflict", str(refusal))
    if action is cancel_job:
        saved(request, "Stopped. What was done until then stays.")
    return redirect(pages.at["detail"], pk)
