"""The pages about assessments."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, requires
from clinic.assessments.bulk import ASSESSMENTS, of_patient
from clinic.assessments.models import AnswerRequest, Assessment
from clinic.assessments.of_patients import patient_or_404
from clinic.assessments.pages.forms import (
    AssessmentForm,
    QuestionFormSet,
    initial_of,
    new_initial,
    patient_of,
    questions_of,
)
from clinic.assessments.pages.known import known_to
from clinic.assessments.pages.pages import detail_page
from clinic.assessments.pages.questionnaire_views import questionnaire_new
from clinic.assessments.record import actions
from clinic.audit.queries import changed_by
from clinic.audit.reading import note_export, note_record
from clinic.instruments.catalogue import offered_to
from clinic.instruments.variants import by_type
from clinic.lists.jobs.bulk import begin
from clinic.lists.jobs.exports import download
from clinic.lists.page.list_page import Link, ListPage, table_page
from clinic.lists.pages import list_page
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.ui import errors
from clinic.ui.forms import Difference, differences
from clinic.ui.pages import noted, posted_version, saved


def _list_page(empty_text: str, action: Link | None, search_hint: str) -> ListPage:
    return ListPage(
        heading="Assessments",
        noun="assessment",
        noun_plural="assessments",
        search_hint=search_hint,
        empty_title="No assessments to show",
        empty_text=empty_text,
        action=action,
        empty_action=action,
    )


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def assessment_list(request: Request) -> HttpResponseBase:
    may_edit = Permission.ASSESSMENTS_EDIT in request.permissions
    page = _list_page(
        "Nothing matches, or nobody has been assessed yet.",
        Link("New assessment", reverse("assessments:new")) if may_edit else None,
        "Name, patient or record number",
    )
    return list_page(request, ASSESSMENTS, page)


@require_POST
@requires(Permission.ASSESSMENTS_VIEW)
def assessment_bulk(request: Request) -> HttpResponse:
    """Begin a job on the ticked rows, or on all that match."""
    return begin(request, ASSESSMENTS)


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def patient_assessments(request: Request, pk: uuid.UUID) -> HttpResponseBase:
    patient = patient_or_404(pk)
    theirs = of_patient(patient).seen_by(request.permissions)
    if "_export" in request.GET:
        note_export(request, theirs.key, patient_id=pk)
        return download(request, theirs)
    note_record(request, patient)
    new = None
    if Permission.ASSESSMENTS_EDIT in request.permissions and not patient.particulars.asked_no_more:
        new = Link("New assessment", f"{reverse('assessments:new')}?patient={pk}")
    page = _list_page("Nothing matches, or this patient has not been assessed yet.", new, "Name of the assessment")
    return table_page(
        request,
        theirs.rows(),
        theirs.table_class,
        theirs.filterset_class,
        page,
        sort=theirs.sort,
        template="assessments/patient_assessments.html",
        context={"patient": patient, "may_request": new is not None, "requests": AnswerRequest.objects.recent(patient)},
    )


@require_safe
@requires(Permission.ASSESSMENTS_VIEW)
def assessment_detail(request: Request, pk: uuid.UUID) -> HttpResponse:
    assessment = get_object_or_404(Assessment.objects.select_related("patient__user", "user"), pk=pk)
    return detail_page(request, assessment)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
def assessment_new(request: Request) -> HttpResponse:
    if "patient" not in request.GET:
        noted(request, "Choose who is assessed. The patient's page has “New assessment”.")
        return redirect("patients:list")
    patient = patient_of(request.GET["patient"])
    if patient is None:
        raise Http404
    note_record(request, patient)
    if "instrument" in request.GET:
        return questionnaire_new(request, patient, request.GET["instrument"])
    if request.method != "POST":
        mine = Practitioner.objects.active().filter(pk=request.actor.id).exists()
        form = AssessmentForm(initial=new_initial(request.actor.id if mine else None))
        rows = QuestionFormSet(prefix="questions")
        return _form_page(request, form, rows, patient, **_instruments(request, patient))
    form, rows = AssessmentForm(request.POST), QuestionFormSet(request.POST, prefix="questions")
    if refusal := _not_ready(request, form, rows, patient):
        return refusal
    try:
        assessment = actions.create_assessment(
            by=request.actor,
            id=form.cleaned_data["id"],
            patient=patient,
            questions=questions_of(rows),
            **form.values(),
        )
    except actions.NameTaken as taken:
        return _taken_page(request, form, rows, patient, taken)
    saved(request, "Assessment saved.")
    return redirect("assessments:detail", assessment.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASSESSMENTS_EDIT)
def assessment_edit(request: Request, pk: uuid.UUID) -> HttpResponse:
    assessment = get_object_or_404(Assessment.objects.select_related("patient__user", "user"), pk=pk)
    if assessment.instrument:
        return redirect("assessments:detail", pk)
    patient = assessment.patient
    note_record(request, assessment)
    if request.method != "POST":
        rows = QuestionFormSet(initial=assessment.questions, prefix="questions")
        return _form_page(
            request, AssessmentForm(initial=initial_of(assessment), keeps=assessment.user_id), rows, patient, assessment
        )
    data = request.POST.copy()
    data.setdefault("version", str(assessment.version))
    form, rows = AssessmentForm(data, keeps=assessment.user_id), QuestionFormSet(request.POST, prefix="questions")
    if refusal := _not_ready(request, form, rows, patient, assessment):
        return refusal
    try:
        actions.update_assessment(
            by=request.actor,
            id=pk,
            version=form.cleaned_data["version"],
            questions=questions_of(rows),
            **form.values(),
        )
    except actions.Changed as changed:
        return _conflict_page(request, form, rows, changed.current)
    except actions.NameTaken as taken:
        return _taken_page(request, form, rows, patient, taken, assessment)
    saved(request, "Changes saved.", undo=True)
    return redirect("assessments:detail", pk)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def assessment_undo(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Undo the change that was just saved, unless a later one followed."""
    get_object_or_404(Assessment, pk=pk)
    try:
        actions.undo_assessment_change(by=request.actor, id=pk, version=posted_version(request))
    except (actions.Changed, actions.NameTaken):
        return errors.answer(request, 409, "conflict", "Something was changed since, so there is nothing to take back.")
    saved(request, "The change was taken back.")
    return redirect("assessments:detail", pk)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def assessment_archive(request: Request, pk: uuid.UUID) -> HttpResponse:
    get_object_or_404(Assessment, pk=pk)
    actions.archive_assessment(by=request.actor, id=pk)
    return redirect("assessments:detail", pk)


@require_POST
@requires(Permission.ASSESSMENTS_EDIT)
def assessment_restore(request: Request, pk: uuid.UUID) -> HttpResponse:
    get_object_or_404(Assessment, pk=pk)
    actions.restore_assessment(by=request.actor, id=pk)
    saved(request, "Assessment restored.")
    return redirect("assessments:detail", pk)


def _instruments(request: Request, patient: Patient) -> dict[str, Any]:
    """What the patient may be asked: first what is asked of them already, then the others by their types."""
    offered = offered_to(sex=patient.clinical_sex, age=patient.age, country=request.clinic.country)
    known = known_to(patient, offered)
    taken = [each.offer for each in known]
    return {"known": known, "instruments": by_type(offer for offer in offered if offer not in taken)}


def _form_page(
    request: Request,
    form: AssessmentForm,
    rows: Any,
    patient: Patient,
    assessment: Assessment | None = None,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Render the form with its rows of questions."""
    back = reverse("assessments:detail", args=[assessment.pk]) if assessment else None
    shown = {
        "form": form,
        "rows": rows,
        "patient": patient,
        "assessment": assessment,
        "heading": "Edit assessment" if assessment else "New assessment",
        "submit_label": "Save changes" if assessment else "Save assessment",
        "cancel_url": back or reverse("assessments:for_patient", args=[patient.pk]),
        **context,
    }
    return render(request, "assessments/assessment_form.html", shown, status=status)


def _not_ready(
    request: Request,
    form: AssessmentForm,
    rows: Any,
    patient: Patient,
    assessment: Assessment | None = None,
) -> HttpResponse | None:
    """The form again, if one more row is wanted or a value is refused; None if everything can be saved."""
    if "_add_row" in request.POST:
        return _form_page(
            request, form, QuestionFormSet(_one_more(request.POST), prefix="questions"), patient, assessment
        )
    if form.is_valid() & rows.is_valid():
        return None
    return _form_page(request, form, rows, patient, assessment, status=422)


def _one_more(posted: QueryDict) -> QueryDict:
    """The posted rows and one more, without a script."""
    data = posted.copy()
    total = data.get("questions-TOTAL_FORMS", "0")
    data["questions-TOTAL_FORMS"] = str(int(total) + 1 if total.isascii() and total.isdigit() else 1)
    return data


def _taken_page(
    request: Request,
    form: AssessmentForm,
    rows: Any,
    patient: Patient,
    taken: actions.NameTaken,
    assessment: Assessment | None = None,
) -> HttpResponse:
    """The form with a free name in place of the taken one."""
    form.data = {**form.data.dict(), "name": taken.proposal}  # type: ignore[attr-defined]
    form.add_error(
        "name",
        f"This patient already has “{taken.existing.name}”. Save it as “{taken.proposal}”, or write another name.",
    )
    return _form_page(request, form, rows, patient, assessment, status=409, existing=taken.existing)


def _as_text(questions: list[dict[str, str]]) -> str:
    return "\n".join(f"{row['question']} – {row['answer'] or 'no answer'}" for row in questions)


def _conflict_page(request: Request, form: AssessmentForm, rows: Any, current: Assessment) -> HttpResponse:
    """Both versions side by side. Saving from this page replaces the version that it shows, and no later one."""
    form.data["version"] = str(current.version)  # type: ignore[index]
    yours = initial_of(Assessment(**{"name": current.name, **form.values()}))
    asked = Difference("Questions and answers", _as_text(current.questions), _as_text(questions_of(rows)))
    context = {
        "form": form,
        "question_rows": rows,
        "patient": current.patient,
        "heading": "Someone else changed this assessment",
        "who_text": changed_by(current.pk),
        "rows": [*differences(form, initial_of(current), yours), asked],
        "submit_label": "Save my version",
        "reload_url": reverse("assessments:detail", args=[current.pk]),
    }
    return render(request, "assessments/assessment_conflict.html", context, status=409)
