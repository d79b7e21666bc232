"""The pages of the second factor that are not django-allauth's as they are."""

from typing import Any

from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpResponse


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    """Stays where it is when the passkey was not right."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response
