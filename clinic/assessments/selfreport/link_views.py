"""The pages behind a patient's link. They need no session, and each opens the clinic of its link.

A link that is unknown, used, revoked, expired or locked always gets the same page, after one query.
"""

import unicodedata
from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Request, public
from clinic.accounts.limits.counters import TooMany
from clinic.accounts.limits.declared import KEYS_OF_LINKS
from clinic.accounts.limits.tries import by_address, trying, wait_text
from clinic.accounts.links import find_link
from clinic.accounts.models import AnswerLink
from clinic.assessments.alerts.mails import tell_practitioner
from clinic.assessments.models.requests import AnswerRequest, RequestState
from clinic.assessments.questionnaire.actions import AssessmentState
from clinic.assessments.record import refusals
from clinic.assessments.record.actions import Changed
from clinic.assessments.selfreport import patient_questionnaire
from clinic.assessments.selfreport.actions import (
    CODE_DIGITS,
    RequestEnded,
    answer_request,
    asks_birth_date,
    check_key,
    note_opened,
    patient_actor,
)
from clinic.instruments.catalogue import find_version
from clinic.instruments.definitions import Definition
from clinic.tenancy.scope import clinic_scope
from clinic.text.dates import parse_date
from clinic.ui.pages import keep_private, posted_page, posted_version

View = Callable[..., HttpResponse]
COOKIE, SALT = "answer", "clinic.answer"
SECONDS = 2 * 60 * 60
AWAY = "Too much time has passed. Open your link in a new tab, as at the beginning."
TOO_MANY = "There were too many tries from here. Wait {}."


class DeadLink(Exception):
    """The link does not work."""


def by_link(*, used: bool = False) -> Callable[[View], View]:
    """Give the view the link of the token, as to a stranger, whoever is signed in in the same browser.

    With `used` the view also gets links that do not work any more, and decides by itself.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def opened(request: Request, token: str) -> HttpResponse:
            request.user, request.actor, request.clinic, request.membership = AnonymousUser(), None, None, None
            request.memberships, request.permissions = [], frozenset()
            link = find_link(token)
            try:
                if link is None or not (used or link.is_open):
                    raise DeadLink
                if link.clinic.is_closed:
                    return keep_private(render(request, "answer/closed.html", status=503))
                return keep_private(view(request, token, link))
            except (DeadLink, RequestEnded, AnswerRequest.DoesNotExist):
                return keep_private(render(request, "answer/dead.html", status=404))

        return public(opened)

    return mark


@require_http_methods(["GET", "HEAD", "POST"])
@by_link(used=True)
def answer_link(request: Request, token: str, link: AnswerLink) -> HttpResponse:
    """Ask for the date of birth or the code first. The right one sets a cookie, and the cookie opens the form.

    A form that is sent again, since the answer to "Done" was lost, is thanked for as the first was, and so is whoever
    goes back to it.
    """
    finishes = request.POST.get("do") in ("complete", "incomplete") and may_answer(request, link)
    if not link.is_open:
        if finishes or (request.method != "POST" and may_answer(request, link)):
            return _thanks(request, link)
        raise DeadLink
    if may_answer(request, link):
        try:
            return _submit(request, token, link) if request.method == "POST" else _questionnaire(request, token, link)
        except RequestEnded:  # by the first of two at once
            if finishes:
                return _thanks(request, link)
            raise
    if request.method == "POST":
        return _check_key(request, token, link)
    with clinic_scope(link.clinic):
        if request.method == "GET":
            note_opened(id=link.request_id)
        by_birth_date = asks_birth_date(_patient_request(link)[0].patient)
    return _key_page(request, link, by_birth_date=by_birth_date)


@require_POST
@by_link()
def link_save(request: Request, token: str, link: AnswerLink) -> HttpResponse:
    """Save what is chosen so far. The page asks for this after every response."""
    if not may_answer(request, link):
        return HttpResponse("", status=401)
    with clinic_scope(link.clinic):
        patient_request, definition = _patient_request(link)
        answer = partial(
            patient_questionnaire.fragment,
            request,
            definition,
            patient_request.patient.clinical_sex,
            action=_address(token),
        )
        try:
            state = _keep(request, patient_request, definition, complete=False)
            answered = answer(state.assessment)
        except Changed as changed:
            return answer(changed.current, status=409, problem=patient_questionnaire.CHANGED, conflict=True)
        except (*patient_questionnaire.REFUSED, refusals.NotForPatient) as refusal:
            return answer(patient_request.assessment, status=422, problem=patient_questionnaire.refusal_text(refusal))
    _tell(request, link, state)
    return answered


@require_safe
@by_link(used=True)
def link_thanks(request: Request, token: str, link: AnswerLink) -> HttpResponse:
    """Thank whoever completed the form. For anybody else the link does not work."""
    if not may_answer(request, link):
        raise DeadLink
    return _thanks(request, link)


def _thanks(request: Request, link: AnswerLink) -> HttpResponse:
    with clinic_scope(link.clinic):
        patient_request, _ = _patient_request(link)
        if patient_request.state != RequestState.DONE:
            raise DeadLink
        urgent = patient_questionnaire.urgent_for(patient_request.assessment)
    return render(request, "answer/thanks.html", {"urgent": urgent, "clinic_name": link.clinic.name})


def may_answer(request: Request, link: AnswerLink) -> bool:
    """Whether the browser gave the right date of birth for this link less than two hours ago."""
    try:
        return bool(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS) == str(link.pk))
    except signing.BadSignature:
        return False


def _address(token: str) -> str:
    return reverse("answer:link", args=[token])


def _key_page(
    request: Request, link: AnswerLink, *, by_birth_date: bool, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {"clinic_name": link.clinic.name, "by_birth_date": by_birth_date}
    return render(request, "answer/key.html", context, status=status)


def _check_key(request: Request, token: str, link: AnswerLink) -> HttpResponse:
    """Compare the date or the code that was typed. A wrong one is counted whatever the response is."""
    with clinic_scope(link.clinic):
        by_birth_date = asks_birth_date(_patient_request(link)[0].patient)
    typed = request.POST.get("born" if by_birth_date else "code", "")[:40]
    page = partial(_key_page, request, link, by_birth_date=by_birth_date, typed=typed)
    try:
        key: dict[str, Any] = {"born": parse_date(typed)} if by_birth_date else {"code": _read_code(typed)}
    except ValidationError as error:
        return page(status=422, problem=" ".join(error.messages))
    try:
        with trying(request, by_address(request, KEYS_OF_LINKS)) as attempt, clinic_scope(link.clinic):
            left = check_key(id=link.request_id, **key)
            attempt.wrong = left is not None
    except TooMany as refusal:
        return page(status=429, problem=TOO_MANY.format(wait_text(refusal.seconds)))
    if left is None:
        return _admit(token, link)
    if left == 0:
        raise DeadLink
    tries = "one more try" if left == 1 else f"{left} more tries"
    what = "the date of birth that your clinic has" if by_birth_date else "the code that your clinic has for you"
    return page(status=422, problem=f"This is not {what}. You have {tries}.")


def _read_code(text: str) -> str:
    """The digits of a code, however they are spaced; raises ValidationError for anything else."""
    digits = "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "")
    if not (digits.isascii() and digits.isdecimal() and len(digits) == CODE_DIGITS):
        raise ValidationError(f"The code has {CODE_DIGITS} digits. Write all of them.")
    return digits


def _admit(token: str, link: AnswerLink) -> HttpResponse:
    """Redirect to the link with a cookie for it alone."""
    response = redirect(_address(token))
    response.set_cookie(
        COOKIE,
        signing.dumps(str(link.pk), salt=SALT),
        max_age=SECONDS,
        path=_address(token),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _patient_request(link: AnswerLink) -> tuple[AnswerRequest, Definition]:
    patient_request = AnswerRequest.objects.select_related("patient", "assessment__patient").get(pk=link.request_id)
    return patient_request, find_version(patient_request.instrument, patient_request.instrument_version)


def _questionnaire(request: Request, token: str, link: AnswerLink, **more: Any) -> HttpResponse:
    with clinic_scope(link.clinic):
        patient_request, definition = _patient_request(link)
        if not patient_request.open:
            raise DeadLink
        more = {"assessment": patient_request.assessment, "language": patient_request.language, **more}
        more |= {"action": _address(token), "save_url": reverse("answer:save", args=[token]), "away": AWAY}
        more |= {"works_until": patient_request.expires_at, "by_birth_date": asks_birth_date(patient_request.patient)}
        sex = patient_request.patient.clinical_sex
        return patient_questionnaire.page(request, definition, sex, clinic_name=link.clinic.name, **more)


def _keep(
    request: Request, patient_request: AnswerRequest, definition: Definition, *, complete: bool
) -> AssessmentState:
    return answer_request(
        id=patient_request.pk,
        answers=patient_questionnaire.readable(
            request, definition, patient_request.patient.clinical_sex, patient_request.assessment
        ),
        version=None if request.POST.get("mine") else posted_version(request),
        page=posted_page(request),
        complete=complete,
    )


def _tell(request: Request, link: AnswerLink, state: AssessmentState) -> None:
    """Mail the practitioner where an alert claimed the day's mail. The answers are committed by now."""
    claimed = [alert for alert in state.raised if alert.told_on is not None]
    if claimed:
        query = urlencode({"next": reverse("assessments:alerts")})
        tell_practitioner(
            by=patient_actor(link.request_id),
            clinic=link.clinic,
            alerts=claimed,
            responsible=state.assessment.patient.user_id,
            sign_in=f"{request.build_absolute_uri(reverse('account_login'))}?{query}",
        )


def _submit(request: Request, token: str, link: AnswerLink) -> HttpResponse:
    """Complete the form, or save it for later, by the buttons of the page."""
    try:
        with clinic_scope(link.clinic):
            patient_request, definition = _patient_request(link)
            sex, kept = patient_request.patient.clinical_sex, patient_request.assessment
            whole = patient_questionnaire.posted_whole(request, definition, sex, kept)
            complete = whole.completed_by(request.POST.get("do", ""))
            state = _keep(request, patient_request, definition, complete=complete)
    except Changed as changed:
        return _questionnaire(
            request,
            token,
            link,
            assessment=changed.current,
            problem=patient_questionnaire.CHANGED,
            conflict=True,
            status=409,
        )
    except (*patient_questionnaire.REFUSED, refusals.NotForPatient) as refusal:
        return _questionnaire(request, token, link, refusal=refusal, status=422)
    _tell(request, link, state)
    if complete:
        return redirect("answer:thanks", token)
    return redirect(f"{_address(token)}?{patient_questionnaire.next_page(request)}")
