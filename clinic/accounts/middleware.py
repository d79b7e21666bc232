"""Who asks, in which clinic, and the one transaction that the answer is made in."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, InterfaceError, transaction
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import Resolver404, reverse
from django.urls import resolve as view_of
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare
from django_htmx.http import HttpResponseClientRefresh

from clinic.access import (
    PERMISSIONS,
    READING_ROLES,
    RESTRICTED_ROLES,
    SCOPE_PERMISSIONS,
    Actor,
    Request,
    Role,
)
from clinic.accounts.clients import note_client_use, resolve_token
from clinic.accounts.closed import closed
from clinic.accounts.factors.confirmation import unconfirmed
from clinic.accounts.factors.requirement import lacks_factor, without_factor
from clinic.accounts.limits.programs import say_limits, throttled
from clinic.accounts.memberships import Member
from clinic.accounts.sessions import CLINIC_KEY, SHARED_DEVICE_KEY, note_use
from clinic.accounts.submissions import answer_again, remember
from clinic.postgres.outages import is_taken_key
from clinic.tenancy.scope import clinic_scope
from clinic.ui import errors
from clinic.ui.kept import MOST_READ, kept_page
from clinic.ui.pages import client_redirect, leading_back
from clinic.ui.requests import large_file_at

OF_PROGRAMS = ("/api/", "/o/", "/.well-known/")  # what is not refused to the token of a program
POLLED = "X-Polled"  # what an open page sends with what it asks by itself, which is no use of the session
# Views of packages that may be opened without signing in, by module, with the reason.
PUBLIC_MODULES = {
    "allauth.account.views": "signing in, out and resetting a password; pages that need a person check it themselves",
    "django.views.static": "static files",
}


def resolve(request: Request) -> None:
    """Put user, client, clinic, memberships, permissions and actor on the request, by one query at most."""
    request.user = AnonymousUser()
    request.client = request.clinic = request.membership = request.actor = None
    request.memberships = []
    request.permissions = frozenset()
    request.may_write, request.seen_by, request.factor_missing = False, None, False
    request.scopes_of_token, request.rate_limit = [], None
    request.shared_device = request.session.get(SHARED_DEVICE_KEY)
    header = request.headers.get("Authorization", "")
    if header:
        _resolve_client(request, header)
    elif request.session.get(SESSION_KEY):
        _resolve_user(request)


def _resolve_client(request: Request, header: str) -> None:
    token = resolve_token(header)
    if token is None:
        return
    request.client = token.application
    note_client_use(request.client)
    request.clinic = request.client.clinic
    allowed = [scope for scope in token.scope.split() if scope in request.client.allowed_scopes]
    request.may_write, request.scopes_of_token = True, allowed
    request.permissions = frozenset().union(*(SCOPE_PERMISSIONS.get(scope, frozenset()) for scope in allowed))
    request.actor = Actor(f"client:{request.client.pk}", request.client.name)


def _resolve_user(request: Request) -> None:
    row = request.session.row
    user = row.user if row is not None else None
    if user is None or not user.is_active:
        request.shared_device = None
        return
    if not constant_time_compare(request.session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        request.session.flush()
        request.shared_device = None
        return
    request.user = user
    request.actor = Actor(str(user.pk), user.name or user.email)
    request.memberships = [Member(**{**member, "role": Role(member["role"])}) for member in row.memberships]
    active = [m for m in request.memberships if m.clinic_id == str(row.clinic_id)]
    if not active and len(request.memberships) == 1:
        active = request.memberships
    if active:
        activate(request, active[0])


def activate(request: Request, membership: Member) -> None:
    """Make `membership` the one this request acts under."""
    request.membership = membership
    request.clinic = membership.clinic()
    request.permissions = PERMISSIONS[membership.role]
    request.may_write = membership.role not in READING_ROLES
    restricted = membership.restricts_patients and membership.role in RESTRICTED_ROLES
    request.seen_by = request.user.pk if restricted else None
    request.factor_missing = lacks_factor(request)


class ClinicMiddleware:
    """Resolve the request, open the clinic's transaction around its view, and roll it back on any 4xx or 5xx."""

    def __init__(self, get_response: Callable[[Request], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        resolve(request)
        request.in_clinic = False
        try:
            with ExitStack() as stack:
                request.scopes = stack
                refusal = locked(request) or throttled(request) or large_file(request)
                response = refusal or self.get_response(request)
                if request.in_clinic and response.status_code >= 400:
                    transaction.set_rollback(True)
                elif request.in_clinic:
                    remember(request, response)
        except (DatabaseError, InterfaceError) as error:
            return errors.failed(request, error, maybe_saved=request.method not in errors.SAFE_METHODS)
        if isinstance(response, HttpResponseNotAllowed):
            response = errors.not_allowed(request, response)
        if request.actor is not None:
            add_never_cache_headers(response)
        say_limits(request, response)
        return response

    def process_view(
        self, request: Request, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if request.client is not None and not request.path_info.startswith(OF_PROGRAMS):
            return forbidden_to_clients(request)
        if request.user.is_authenticated and POLLED not in request.headers:
            note_use(request.session.row)
        audience = getattr(view, "audience", None)
        if audience == "public" or view.__module__ in PUBLIC_MODULES:
            return None
        if request.actor is None:
            return unauthenticated(request)
        if audience == "signed_in":
            return None
        refusal = no_clinic(request) or stale_page(request) or closed(request) or without_factor(request)
        refusal = refusal or only_reads(request, view) or unconfirmed(request, view)
        if refusal is None:
            enter_clinic(request)
            refusal = answer_again(request, view)
        return refusal

    def process_exception(self, request: Request, error: Exception) -> HttpResponseBase | None:
        """Answer what is sent under the id of a record that whoever asks does not see."""
        if not is_taken_key(error):
            return None
        message = "Another record has this id. Nothing was saved; open an empty form and write it there."
        return errors.keep_or_answer(request, 409, "id_taken", message)


def enter_clinic(request: Request) -> None:
    """Begin the transaction that the answer is made in."""
    request.scopes.enter_context(clinic_scope(request.clinic, seen_by=request.seen_by))
    request.in_clinic = True


def leave_clinic(request: Request) -> None:
    """End the clinic's transaction before the view has: what is written from now on is not rolled back with it."""
    request.scopes.close()
    request.in_clinic = False


def locked(request: Request) -> HttpResponse | None:
    """The refusal of everything but the questionnaire and the way back, for a session whose device a patient has.

    Asked before anything else, so that addresses that do not exist, packages' pages and the API are locked too. Whoever
    goes back is led to an address without what was searched for: it could name somebody.
    """
    if request.shared_device is None:
        return None
    try:
        if getattr(view_of(request.path_info).func, "on_shared_device", False) and request.client is None:
            return None
    except Resolver404:
        pass
    if request.method in errors.SAFE_METHODS and request.GET and not request.htmx and not errors.wants_json(request):
        return redirect(request.path)
    return errors.locked(request)


def large_file(request: Request) -> HttpResponse | None:
    """The refusal of a file that is larger than forms are, from who may not send it, before any of it is stored."""
    if int(request.META.get("CONTENT_LENGTH") or 0) <= MOST_READ:
        return None
    large = large_file_at(request.path_info)
    if large is not None and large.permission in request.permissions and not request.factor_missing:
        return None
    return errors.answer(request, 413, "too_large", errors.TOO_LARGE_MESSAGE)


def unauthenticated(request: Request) -> HttpResponse:
    if errors.wants_json(request):
        response = errors.answer(request, 401, "unauthenticated", "Sign in, or send a valid access token.")
        response["WWW-Authenticate"] = 'Bearer realm="clinic"'
        return response
    if request.method not in errors.SAFE_METHODS:
        return kept_page(
            request,
            401,
            title="You have been signed out",
            message="Nothing was saved, and nothing you typed is lost: sign in in a new tab, then send it again here.",
            button="Send again",
            sign_in=True,
        )
    return client_redirect(request, leading_back("account_login", request.get_full_path()))


def forbidden_to_clients(request: Request) -> HttpResponse:
    """A token opens the API alone; it may be sent along with who asks for another. Pages keep what is a person's."""
    return errors.answer(request, 403, "forbidden", "This is for people who sign in, not for API clients.")


def no_clinic(request: Request) -> HttpResponse | None:
    """The refusal of a request that has no active clinic; None where it has one."""
    if request.clinic is not None:
        return None
    if errors.wants_json(request):
        if request.memberships:
            return errors.answer(request, 409, "choose_clinic", "Choose which of your clinics to work in first.")
        return errors.answer(request, 403, "no_clinic", "This account belongs to no clinic.")
    if not request.memberships:
        return client_redirect(request, reverse("accounts:no_clinic"))
    back = request.get_full_path() if request.method in errors.SAFE_METHODS else reverse("home")
    return client_redirect(request, leading_back("accounts:choose", back))


def stale_page(request: Request) -> HttpResponse | None:
    """The refusal of a request from a page that was opened for another clinic; None where page and session agree."""
    if request.client is not None:
        return None
    writes = request.method not in errors.SAFE_METHODS
    claimed = (request.POST.get("clinic") if writes else None) or request.headers.get("X-Clinic")
    if claimed is None:
        if not writes or len(request.memberships) == 1:
            return None
        message = "Say which clinic this is for: send its id as X-Clinic."
        return errors.answer(request, 409, "clinic_missing", message)
    if claimed == request.membership.clinic_id:
        return None
    other = next((m for m in request.memberships if m.clinic_id == claimed), None)
    if other is not None and request.POST.get("_switch_clinic") == claimed:
        request.session[CLINIC_KEY] = claimed
        activate(request, other)
        return None
    return _wrong_clinic(request, other, writes)


def only_reads(request: Request, view: Callable[..., Any]) -> HttpResponse | None:
    """The refusal of a request that writes, to a role that only reads; None for every other one."""
    writes = request.method not in errors.SAFE_METHODS and not getattr(view, "for_readers", False)
    if request.may_write or not writes:
        return None
    return errors.answer(request, 403, "forbidden", f"{request.membership.role_label}s change nothing in the record.")


def _wrong_clinic(request: Request, other: Member | None, writes: bool) -> HttpResponse:
    opened_for = other.clinic_name if other else "a clinic you do not belong to"
    message = (
        f"This page was opened for {opened_for}; you are now working in {request.clinic.name}. "
        "Nothing was saved, and what you typed is below."
    )
    if errors.wants_json(request):
        return errors.answer(request, 409, "wrong_clinic", message)
    if request.htmx and not writes:
        response = HttpResponseClientRefresh()
        response.status_code = 409
        return response
    return kept_page(
        request,
        409,
        title="This page belongs to another clinic",
        message=message,
        button=f"Switch to {opened_for} and save" if other else "",
        switch_clinic=other.clinic_id if other else "",
    )
