"""A clinic that asks for a second factor: who has none reaches the page that sets one up, and nothing of a patient."""

from django.http import HttpResponse
from django.urls import reverse

from clinic.access import Request
from clinic.ui import errors
from clinic.ui.kept import kept_page
from clinic.ui.pages import client_redirect, leading_back

TITLE = "Set up a second factor first"


def lacks_factor(request: Request) -> bool:
    """Whether the clinic asks for a second factor that this person has not; never of a device that a patient has."""
    if request.shared_device is not None:
        return False
    return bool(request.membership.second_factor_required and not request.session.row.has_factor)


def without_factor(request: Request) -> HttpResponse | None:
    """The refusal of a request by somebody who lacks the second factor that the clinic asks for, else None."""
    if not request.factor_missing:
        return None
    asks = f"{request.clinic.name} asks everybody for a second factor."
    if errors.wants_json(request):
        message = f"{asks} Set one up at {reverse('accounts:factor_needed')}."
        return errors.answer(request, 403, "second_factor_missing", message)
    if request.method not in errors.SAFE_METHODS:
        message = f"{asks} Nothing was saved. Set it up in a new tab, then send here what you typed."
        return kept_page(request, 403, title=TITLE, message=message, button="Send again", set_up=True)
    return client_redirect(request, leading_back("accounts:factor_needed", request.get_full_path()))
