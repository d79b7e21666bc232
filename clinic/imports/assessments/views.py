"""The pages on which a file of completed questionnaires is brought in, as files of patients are."""

import uuid

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.questionnaire.bringing import RECENT_DAYS
from clinic.audit.reading import note_record
from clinic.imports import actions
from clinic.imports.assessments.forms import ColumnsForm, UploadForm
from clinic.imports.assessments.headings import proposing
from clinic.imports.assessments.preview import HEADINGS, shown_patients
from clinic.imports.models import Subject
from clinic.imports.pages import batch
from clinic.imports.pages.subjects import Pages
from clinic.lists.actions import cancel_job, continue_job

LEAD = (
    "Each questionnaire is scored here, as if it were answered here. Alerts are raised by answers of the last "
    f"{RECENT_DAYS} days alone: older ones are in the record, and nobody is called for them."
)

PAGES = Pages(
    about=Subject.ASSESSMENTS,
    namespace="assessment_imports",
    one="assessment",
    many="assessments",
    around=("assessments:list", "Assessments"),
    newest="assessments:list",
    record="assessments:detail",
    headings=HEADINGS,
    form=ColumnsForm,
    upload=UploadForm,
    proposes=proposing,
    lead=LEAD,
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_IMPORT, Permission.ASSESSMENTS_EDIT)
def import_new(request: Request) -> HttpResponse:
    return batch.new(request, PAGES)


@require_safe
@requires(Permission.PATIENTS_IMPORT, Permission.ASSESSMENTS_EDIT)
def import_detail(request: Request, pk: uuid.UUID) -> HttpResponse:
    found = batch.batch_or_404(PAGES, pk)
    note_record(request, found)
    for patient in shown_patients(found):
        note_record(request, patient)
    return batch.detail(request, PAGES, found)


@require_POST
@requires(Permission.PATIENTS_IMPORT, Permission.ASSESSMENTS_EDIT)
def import_read(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.read(request, PAGES, pk)


@require_POST
@requires(Permission.PATIENTS_IMPORT, Permission.ASSESSMENTS_EDIT)
def import_columns(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.columns(request, PAGES, pk)


@require_POST
@requires(Permission.PATIENTS_IMPORT, Permission.ASSESSMENTS_EDIT)
def import_check(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.do(request, PAGES, pk, actions.begin_check)


@require_POST
@requires(Permission.PATIENTS_IMPORT, Permission.ASSESSMENTS_EDIT)
def import_write(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.write(request, PAGES, pk)


@require_POST
@requires(Permission.PATIENTS_IMPORT, Permission.ASSESSMENTS_EDIT)
def import_undo(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.do(request, PAGES, pk, actions.begin_undo)


@require_POST
@requires(Permission.PATIENTS_IMPORT, Permission.ASSESSMENTS_EDIT)
def import_cancel(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.with_job(request, PAGES, pk, cancel_job)


@require_POST
@requires(Permission.PATIENTS_IMPORT, Permission.ASSESSMENTS_EDIT)
def import_continue(request: Request, pk: uuid.UUID) -> HttpResponse:
    return batch.with_job(request, PAGES, pk, continue_job)


@require_safe
@requires(Permission.PATIENTS_IMPORT, Permission.ASSESSMENTS_EDIT)
def import_errors(request: Request, pk: uuid.UUID) -> HttpResponseBase:
    return batch.rows_at_fault(request, PAGES, pk)
