"""What somebody's role does here most, on one screen."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import Permission, Request, requires, without_patients


@require_safe
@requires(Permission.PATIENTS_VIEW)
@without_patients
def help_page(request: Request) -> HttpResponse:
    """Each part is shown to whoever may do what it tells."""
    return render(request, "help/help.html")
