"""One's own page: name, password, and where one is signed in."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Request, signed_in
from clinic.accounts.factors.queries import factors_of
from clinic.accounts.sessions import OpenSession, own_sessions
from clinic.staff.account.actions import change_name, end_own_sessions
from clinic.staff.account.forms import NameForm
from clinic.ui.pages import saved


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: Request) -> HttpResponse:
    """Show what is one's own; posting changes the name."""
    user: Any = request.user
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        change_name(by=request.actor, user=user, name=form.cleaned_data["name"])
        saved(request, "Name changed.")
        return redirect("account:detail")
    context = {
        "form": form,
        "factors": factors_of(user),
        "sessions": own_sessions(request.session.row),
        "memberships": request.memberships,
    }
    return render(request, "account/own_page.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def account_sessions_end(request: Request) -> HttpResponse:
    """End one other session of one's own, or all others."""
    others = [each for each in own_sessions(request.session.row) if not each.is_this]
    wanted = request.POST.get("session", "")
    chosen = [each for each in others if wanted in (each.digest, "others")]
    user: Any = request.user
    end_own_sessions(by=request.actor, user=user, sessions=[each.row for each in chosen])
    saved(request, _said(chosen))
    return redirect("account:detail")


def _said(chosen: list[OpenSession]) -> str:
    if not chosen:
        return "That session was over already."
    return "Session ended." if len(chosen) == 1 else f"{len(chosen)} sessions ended."
