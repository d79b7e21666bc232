"""The pages of background work, and what people keep of lists."""

import uuid
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, open_to_readers, requires, without_patients
from clinic.accounts.factors.confirmation import unconfirmed_file
from clinic.audit.reading import note_nothing, note_record
from clinic.lists import actions
from clinic.lists.forms import LayoutForm, ViewForm, initial_of
from clinic.lists.jobs.bulk import BulkList, SavedPage
from clinic.lists.jobs.exports import kept_file
from clinic.lists.models import Job, JobItem, JobPart, JobState, SavedView
from clinic.lists.page.layout import preferences
from clinic.lists.page.list_page import ListPage, table_page
from clinic.lists.page.preferences import keep_preferences
from clinic.lists.pages import list_or_404, lists, saved_page_or_404, saved_pages
from clinic.lists.queries import job_or_404, jobs_of, owns_clinic, views_of
from clinic.lists.running import changed_few, reasons
from clinic.lists.tables import JobFilter, JobTable
from clinic.tenancy.work.heartbeat import is_any_alive
from clinic.ui import errors
from clinic.ui.pages import noted, own_path, page_or_fragment, saved

LESS = "Part of this view is left out: your role does not include it."


def _back(request: Request, fallback: str) -> HttpResponse:
    """To the page that a form was on, if it is one of ours."""
    return redirect(own_path(request.POST.get("next", ""), fallback))


@require_POST
@requires(Permission.PATIENTS_VIEW)
def keep_layout(request: Request, key: str) -> HttpResponse:
    """Remember how the person likes one list; `reset` forgets it."""
    bulk = list_or_404(request, key)
    form = LayoutForm(request.POST)
    if not form.is_valid():
        return errors.answer(request, 400, "layout", "This list cannot be shown like that. Nothing was saved.")
    kept = dict(preferences(request).get("lists", {}))
    kept[key] = {} if "reset" in request.POST else {**kept.get(key, {}), **form.chosen()}
    keep_preferences(request, {"lists": kept})
    return _back(request, bulk.list_url)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_VIEW)
@without_patients
@open_to_readers
def shortcuts(request: Request) -> HttpResponse:
    """What single keys of pages do, and switching them on or off for the person."""
    if request.method != "POST":
        return page_or_fragment(request, "lists/shortcuts.html", "lists/shortcuts.html#keys", {})
    keep_preferences(request, {"shortcuts": None if request.POST.get("shortcuts") == "on" else False})
    return _back(request, reverse("home"))


@require_safe
@requires(Permission.PATIENTS_VIEW)
@without_patients
def view_list(request: Request, key: str) -> HttpResponse:
    """The views of a list, read when its menu is opened; the address brings what the list is narrowed to."""
    page = saved_page_or_404(request, key)
    context = {"key": key, "page": page, "views": views_of(request, key), "query": request.GET.urlencode()}
    return page_or_fragment(request, "lists/view_list.html", "lists/view_list.html#views", context)


@require_safe
@requires(Permission.PATIENTS_VIEW)
def view_open(request: Request, pk: uuid.UUID) -> HttpResponse:
    """A view by its own address: the list as it was kept, as far as the person may see it."""
    view, bulk = _view_or_404(request, pk)
    kept = bulk.permitted_query(view.query, request.permissions)
    if kept != view.query:
        noted(request, LESS)
    query = f"{kept}&view={pk}" if kept else f"view={pk}"
    return redirect(f"{bulk.list_url}?{query}")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_VIEW)
@without_patients
def view_new(request: Request, key: str) -> HttpResponse:
    """Name the list as it is and keep it; the address comes from the list's menu."""
    saved_page_or_404(request, key)
    if request.method != "POST":
        return _view_page(request, ViewForm(initial={"query": request.GET.urlencode()}), key)
    form = ViewForm(request.POST)
    if not form.is_valid():
        return _view_page(request, form, key)
    try:
        view = actions.save_view(by=request.actor, list=key, **form.values())
    except actions.NameTaken as taken:
        form.add_error("name", str(taken))
        return _view_page(request, form, key)
    saved(request, "View saved.")
    return redirect("lists:view", view.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENTS_VIEW)
@without_patients
def view_edit(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Rename, share or replace a view; who may not is told so."""
    view, bulk = _view_or_404(request, pk)
    if request.method != "POST":
        query = request.GET.urlencode() or bulk.permitted_query(view.query, request.permissions)
        return _view_page(request, ViewForm(initial={**initial_of(view), "query": query}), view.list, view)
    form = ViewForm(request.POST)
    try:
        if form.is_valid():
            actions.change_view(by=request.actor, id=pk, owns_clinic=owns_clinic(request), **form.values())
            saved(request, "View saved.")
            return redirect("lists:view", pk)
    except actions.NotYours as error:
        raise PermissionDenied(str(error)) from error
    except actions.NameTaken as taken:
        form.add_error("name", str(taken))
    return _view_page(request, form, view.list, view)


@require_POST
@requires(Permission.PATIENTS_VIEW)
def view_remove(request: Request, pk: uuid.UUID) -> HttpResponse:
    _, bulk = _view_or_404(request, pk)
    try:
        actions.remove_view(by=request.actor, id=pk, owns_clinic=owns_clinic(request))
    except actions.NotYours as error:
        raise PermissionDenied(str(error)) from error
    saved(request, "View removed.")
    return redirect(bulk.list_url)


def _view_or_404(request: Request, pk: uuid.UUID) -> tuple[SavedView, BulkList | SavedPage]:
    """A view and its list; raises PermissionDenied where the person may not open that list."""
    view = get_object_or_404(SavedView.objects.seen_by(request.actor.id), pk=pk)
    return view, saved_page_or_404(request, view.list)


def _view_page(request: Request, form: ViewForm, key: str, view: SavedView | None = None) -> HttpResponse:
    if not request.may_write:
        raise PermissionDenied
    context = {
        "form": form,
        "view": view,
        "heading": "Edit view" if view else "Save this view",
        "submit_label": "Save view",
        "cancel_url": reverse("lists:view", args=[view.pk]) if view else saved_pages()[key].list_url,
        "may_remove": view is not None and (str(view.owner_id) == request.actor.id or owns_clinic(request)),
        "views": views_of(request, key),
    }
    return render(request, "lists/view_form.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.PATIENTS_VIEW)
@without_patients
def job_list(request: Request) -> HttpResponse:
    page = ListPage(
        heading="Background work",
        noun="piece of work",
        noun_plural="pieces of work",
        search_hint="",
        empty_title="No work in the background",
        empty_text="What is done to many rows of a list at once appears here, with how far it is and a way to undo it.",
    )
    return table_page(request, jobs_of(request), JobTable, JobFilter, page, sort="-begun")


@require_safe
@requires(Permission.PATIENTS_VIEW)
def job_detail(request: Request, pk: uuid.UUID) -> HttpResponse:
    """How far a job is, asked again every second by the page; at its end what became of the rows."""
    job = job_or_404(request, pk)
    _needs(request, job)
    undone = Job.objects.filter(undoes=job).first()
    bulk = lists()[job.list]
    changed = bulk.named(changed_few(job)) if bulk.record_view and job.changed and not job.is_open else []
    if changed or (job.failed and not job.is_open):
        note_record(request, job)
    else:
        note_nothing(request)
    context = {
        "job": job,
        "can_continue": request.may_write
        and (job.looks_lost or job.was_ended_early)
        and not actions.why_not_continue(job),
        "has_worker": not job.looks_lost or is_any_alive(),
        "reasons": _refused(job, bulk) if job.failed and not job.is_open else (),
        "changed": changed,
        "detail_view": bulk.record_view,
        "undone_by": undone,
        "can_undo": bool(request.may_write and job.undo_work and job.changed and not job.is_open and undone is None),
        "list_url": f"{bulk.list_url}?{job.parameters.get('query', '')}".rstrip("?"),
    }
    return page_or_fragment(request, "lists/job_detail.html", "lists/job_detail.html#progress", context)


def _refused(job: Job, bulk: BulkList) -> list[tuple[JobItem, str]]:
    """The rows that could not be changed, with their names; one that is no longer there, or not seen, has none."""
    items = list(reasons(job))
    names = dict(bulk.named([item.record_id for item in items])) if bulk.record_view else {}
    return [(item, names.get(item.record_id, "")) for item in items]


@require_POST
@requires(Permission.PATIENTS_VIEW)
def job_undo(request: Request, pk: uuid.UUID) -> HttpResponse:
    return _led_to_job(request, pk, actions.undo_job)


@require_POST
@requires(Permission.PATIENTS_VIEW)
def job_cancel(request: Request, pk: uuid.UUID) -> HttpResponse:
    return _led_to_job(request, pk, actions.cancel_job)


@require_POST
@requires(Permission.PATIENTS_VIEW)
def job_continue(request: Request, pk: uuid.UUID) -> HttpResponse:
    return _led_to_job(request, pk, actions.continue_job)


def _led_to_job(request: Request, pk: uuid.UUID, action: Callable[..., Job]) -> HttpResponse:
    """Do something with a job for whoever may see it, and go to the page of the job that it is about then."""
    _needs(request, job_or_404(request, pk))
    try:
        return redirect("lists:job", action(by=request.actor, id=pk).pk)
    except actions.NotNow as refusal:
        return errors.answer(request, 409, "conflict", str(refusal))


@require_safe
@requires(Permission.PATIENTS_VIEW)
def job_file(request: Request, pk: uuid.UUID) -> HttpResponseBase:
    """The file that a job made, to who began it, while they still may see what is in it."""
    job = get_object_or_404(Job.objects.begun_by(request.actor.id), pk=pk, state=JobState.DONE)
    _needs(request, job)
    if refusal := unconfirmed_file(request, reverse("lists:job", args=[pk])):
        return refusal
    if not JobPart.objects.filter(job=job).exists():
        return errors.answer(request, 404, "not_found", "This file is no longer kept. Make it again from the list.")
    note_record(request, job, action="downloaded")
    return kept_file(request, job)


def _needs(request: Request, job: Job) -> None:
    """A job can be looked after by who may still do what it does."""
    if not job.permissions <= request.permissions:
        raise PermissionDenied
