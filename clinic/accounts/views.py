"""Choosing the clinic to work in, and the way in."""

from allauth.account import views as allauth
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Request, open_on_shared_device, public, signed_in
from clinic.accounts.sessions import CLINIC_KEY
from clinic.ui import errors
from clinic.ui.pages import own_path


@public
def sign_out(request: Request) -> HttpResponseBase:
    """django-allauth's; a browser that has signed out keeps nothing that it was shown."""
    response: HttpResponseBase = allauth.logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@public
@open_on_shared_device
@require_http_methods(["GET", "POST"])
def session_state(request: Request) -> HttpResponse:
    """Who is signed in and for how long, for a page that is open; posting says that its person is there.

    A page that was opened before its person signed in again names its clinic, and goes on with the new token.
    """
    if not request.user.is_authenticated:
        return JsonResponse({"person": "", "seconds": 0, "token": ""})
    wanted = request.POST.get("clinic", "")
    if request.clinic is None and wanted in [membership.clinic_id for membership in request.memberships]:
        request.session[CLINIC_KEY] = wanted
    left = request.session.row.seconds_left
    return JsonResponse({"person": str(request.user.pk), "seconds": left, "token": get_token(request)})


@signed_in
@require_safe
def choose_clinic(request: Request) -> HttpResponse:
    if not request.memberships:
        return redirect("accounts:no_clinic")
    context = {"memberships": request.memberships, "next": request.GET.get("next", "")}
    return render(request, "accounts/choose_clinic.html", context)


@signed_in
@require_POST
def switch_clinic(request: Request) -> HttpResponse:
    """Work in another of one's clinics from now on; a clinic one does not belong to is refused."""
    wanted = request.POST.get("clinic", "")
    if wanted not in [membership.clinic_id for membership in request.memberships]:
        return errors.answer(request, 403, "forbidden", "You do not belong to that clinic.")
    request.session[CLINIC_KEY] = wanted
    return redirect(own_path(request.POST.get("next", ""), "/"))


@signed_in
@require_safe
def no_clinic(request: Request) -> HttpResponse:
    if request.memberships:
        return redirect("home")
    context = {"past": request.session.row.past}
    return render(request, "accounts/no_clinic.html", context, status=403)
