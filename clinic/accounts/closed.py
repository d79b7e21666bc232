"""What is said of a clinic that nobody can work in at the moment."""

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from clinic.access import Request
from clinic.tenancy.models import State
from clinic.ui import errors
from clinic.ui.kept import kept_page


def closed(request: Request) -> HttpResponse | None:
    """The refusal of a request to a clinic that is deleted, suspended, or out of service; else None."""
    clinic = request.clinic
    if not clinic.is_closed:
        return None
    if clinic.gone_at is not None:
        until = date_format(localtime(clinic.gone_at, clinic.zone), "j M Y")
        message = f"{clinic.name} was deleted. Until {until}, whoever looks after your clinics can bring it back."
        return _unavailable(request, 403, "clinic_deleted", "This clinic was deleted", message)
    if clinic.state == State.SUSPENDED:
        message = f"{clinic.name} is suspended; its record is kept. Ask whoever looks after your clinics to resume it."
        return _unavailable(request, 403, "clinic_suspended", "This clinic is suspended", message)
    message = f"{clinic.name} is being brought up to date. Nothing is lost; try again in a few minutes."
    return _unavailable(request, 503, "clinic_updating", "This clinic is being updated", message)


def _unavailable(request: Request, status: int, code: str, title: str, message: str) -> HttpResponse:
    """What was typed is kept, so that it can be sent again."""
    if request.method in errors.SAFE_METHODS or errors.wants_json(request):
        return errors.answer(request, status, code, message, title=title)
    return kept_page(request, status, title=title, message=f"{message} What you typed is below.", button="Send again")
