"""The pages on which a file of patients is brought in: send it, say what it is, see what comes of it, bring it in."""

import uuid

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.audit.reading import note_record
from clinic.imports import actions
from clinic.imports.forms import ColumnsForm, UploadForm
from clinic.imports.models import Subject
from clinic.imports.pages import batch
from clinic.imports.pages.subjects import Pages
from clinic.imports.preview import HEADINGS
from clinic.lists.actions import cancel_job, continue_job

PAGES = Pages(
    about=Subject.PATIENTS,
    namespace="imports",
    one="patient",
    many="patients",
    around=("patients:list", "Patients"),
    newest="patients:list",
    record="patients:detail",
    headings=HEADINGS,
    form=ColumnsForm,
    upload=UploadForm,
    proposes=actions.of_patients,
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_IMPORT)
def import_new(request: Request) -> HttpResponse:
    return batch.new(request, PAGES)


@require_safe
@requires(Permission.PATIENTS_IMPORT)
def import_detail(request: Request, pk: uuid.UUID) -> HttpResponse:
    found = batch.batch_or_404(PAGES, pk)
    note_record(request, found)
    return batch.detail(request, PAGES, found)


@require_POST
@requires(Permission.PATIENTS_IMPORT)
def import_read(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.read(request, PAGES, pk)


@require_POST
@requires(Permission.PATIENTS_IMPORT)
def import_columns(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.columns(request, PAGES, pk)


@require_POST
@requires(Permission.PATIENTS_IMPORT)
def import_check(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.do(request, PAGES, pk, actions.begin_check)


@require_POST
@requires(Permission.PATIENTS_IMPORT)
def import_write(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.write(request, PAGES, pk)


@require_POST
@requires(Permission.PATIENTS_IMPORT)
def import_undo(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.do(request, PAGES, pk, actions.begin_undo)


@require_POST
@requires(Permission.PATIENTS_IMPORT)
def import_cancel(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.with_job(request, PAGES, pk, cancel_job)


@require_POST
@requires(Permission.PATIENTS_IMPORT)
def import_continue(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.with_job(request, PAGES, pk, continue_job)


@require_safe
@requires(Permission.PATIENTS_IMPORT)
def import_errors(request: Request, pk: uuid.UUID) -> HttpResponseBase:
    return batch.rows_at_fault(request, PAGES, pk)
