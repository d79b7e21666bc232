"""The pages about the programs of a clinic, for its owners."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Permission, Request, confirmed, requires, without_patients
from clinic.accounts.models import ApiClient
from clinic.api import actions
from clinic.api.programs.forms import ProgramForm, ProgramLastDayForm
from clinic.ui.pages import keep_private, saved
from clinic.ui.sealing import keep_once, take_once


@require_safe
@requires(Permission.CLIENTS_MANAGE)
@without_patients
def program_list(request: Request) -> HttpResponse:
    programs = [(each, actions.state_of(each), actions.may_text(each)) for each in actions.programs_of(request.clinic)]
    return render(request, "programs/program_list.html", {"programs": programs})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CLIENTS_MANAGE)
@without_patients
@confirmed
def program_new(request: Request) -> HttpResponse:
    """Register a program; the page that follows shows its secret, once."""
    form = ProgramForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            client, secret = actions.create_api_client(
                by=request.actor,
                clinic=request.clinic,
                name=typed["name"],
                scopes=typed["scope"],
                last_day=typed["last_day"],
            )
        except actions.NameTaken as refusal:
            form.add_error("name", str(refusal))
        else:
            return _to_its_secret(request, actions.Issued(client, secret), "Program registered.")
    context = {"form": form, "submit_label": "Register program", "cancel_url": reverse("programs:list")}
    return render(request, "programs/program_form.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.CLIENTS_MANAGE)
@without_patients
@confirmed
def program_detail(request: Request, pk: int) -> HttpResponse:
    return _page(request, _program_or_404(request, pk), secret=take_once(request, _key(pk)))


@require_POST
@requires(Permission.CLIENTS_MANAGE)
@confirmed
def program_last_day(request: Request, pk: int) -> HttpResponse:
    """Say how long a program is let in; an empty day takes that back."""
    program = _program_or_404(request, pk)
    form = ProgramLastDayForm(request.POST)
    if not form.is_valid():
        return _page(request, program, day_form=form, status=422)
    day = form.cleaned_data["last_day"]
    actions.set_last_day(by=request.actor, clinic=request.clinic, id=pk, last_day=day)
    saved(request, "Last day saved." if day else "Last day taken back.")
    return redirect("programs:detail", pk)


@require_POST
@requires(Permission.CLIENTS_MANAGE)
@confirmed
def program_secret(request: Request, pk: int) -> HttpResponse:
    """Make another secret, beside which the one before works for a while."""
    program = _program_or_404(request, pk)
    try:
        issued = actions.add_secret(by=request.actor, clinic=request.clinic, id=pk)
    except actions.TwoSecrets as refusal:
        return _page(request, program, problem=str(refusal), status=409)
    return _to_its_secret(request, issued, "Secret made. The one before works for seven days more.")


@require_POST
@requires(Permission.CLIENTS_MANAGE)
@confirmed
def program_secret_end(request: Request, pk: int) -> HttpResponse:
    return _done(request, pk, actions.end_earlier_secret, "Earlier secret ended.")


@require_POST
@requires(Permission.CLIENTS_MANAGE)
@confirmed
def program_disable(request: Request, pk: int) -> HttpResponse:
    return _done(request, pk, actions.disable_program, "Program disabled. Its tokens have ended.")


@require_POST
@requires(Permission.CLIENTS_MANAGE)
@confirmed
def program_enable(request: Request, pk: int) -> HttpResponse:
    return _done(request, pk, actions.enable_program, "Program enabled. It comes in by the secret that it has.")


def _done(request: Request, pk: int, action: Callable[..., ApiClient], text: str) -> HttpResponse:
    try:
        action(by=request.actor, clinic=request.clinic, id=pk)
    except ApiClient.DoesNotExist as error:
        raise Http404 from error
    saved(request, text)
    return redirect("programs:detail", pk)


def _to_its_secret(request: Request, issued: actions.Issued, text: str) -> HttpResponse:
    keep_once(request, _key(issued.client.pk), issued.secret)
    saved(request, text)
    return redirect("programs:detail", issued.client.pk)


def _program_or_404(request: Request, pk: int) -> ApiClient:
    program = actions.program_of(request.clinic, pk)
    if program is None:
        raise Http404
    return program


def _page(request: Request, program: ApiClient, *, status: int = 200, **more: Any) -> HttpResponse:
    day_form = more.get("day_form") or ProgramLastDayForm(initial={"last_day": program.last_day})
    context = {
        "program": program,
        "state": actions.state_of(program),
        "may": actions.may_text(program),
        **more,
        "day_form": day_form,
    }
    context["form"] = more.get("day_form")
    return keep_private(render(request, "programs/program_detail.html", context, status=status))


def _key(pk: int) -> str:
    return f"program {pk}"
