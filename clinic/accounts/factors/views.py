"""The pages of the second factor that are not django-allauth's as they are."""

from typing import Any

from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clinic.access import Request, signed_in
from clinic.ui.pages import own_path


@signed_in
@require_safe
def factor_needed(request: Request) -> HttpResponse:
    """Where somebody is led whose clinic asks for a second factor; back to where they were once they have one."""
    if not request.factor_missing:
        return redirect(own_path(request.GET.get("next", ""), "/"))
    return render(request, "mfa/needed.html")


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    """Stays where it is when the passkey was not right."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response
