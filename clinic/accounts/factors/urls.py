"""The addresses of the second factor. django-allauth looks them up by these names, without a namespace."""

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.urls import path
from django.views.generic import RedirectView

from clinic.access import public, signed_in
from clinic.accounts.factors.views import ConfirmByPasskey

own_page = signed_in(RedirectView.as_view(pattern_name="account:detail"))

urlpatterns = [
    path("code/", public(base.authenticate), name="mfa_authenticate"),
    path("reauthenticate/code/", signed_in(base.reauthenticate), name="mfa_reauthenticate"),
    path("reauthenticate/passkey/", signed_in(ConfirmByPasskey.as_view()), name="mfa_reauthenticate_webauthn"),
    path("factors/", own_page, name="mfa_index"),
    path("factors/app/on/", signed_in(app.activate_totp), name="mfa_activate_totp"),
    path("factors/app/off/", signed_in(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("factors/recovery-codes/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("factors/recovery-codes/new/", signed_in(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("factors/passkeys/", own_page, name="mfa_list_webauthn"),
    path("factors/passkeys/new/", signed_in(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("factors/passkeys/<int:pk>/name/", signed_in(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("factors/passkeys/<int:pk>/remove/", signed_in(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
]
