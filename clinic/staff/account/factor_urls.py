"""The addresses of the second factor. django-allauth looks them up by these names, without a namespace."""

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.urls import path
from django.views.generic import RedirectView

from clinic.access import public, signed_in
from clinic.accounts.factors.confirmation import with_new_key
from clinic.accounts.factors.views import ConfirmByPasskey
from clinic.staff.account.factor_events import noted

own_page = signed_in(RedirectView.as_view(pattern_name="account:detail"))
confirm_by_code = signed_in(with_new_key(base.reauthenticate))
confirm_by_passkey = signed_in(with_new_key(ConfirmByPasskey.as_view()))
app_on, app_off = signed_in(noted(app.activate_totp)), signed_in(noted(app.deactivate_totp))
new_codes = signed_in(noted(codes.generate_recovery_codes))
add_passkey, remove_passkey = signed_in(noted(passkeys.add_webauthn)), signed_in(noted(passkeys.remove_webauthn))

urlpatterns = [
    path("code/", public(base.authenticate), name="mfa_authenticate"),
    path("reauthenticate/code/", confirm_by_code, name="mfa_reauthenticate"),
    path("reauthenticate/passkey/", confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("factors/", own_page, name="mfa_index"),
    path("factors/app/on/", app_on, name="mfa_activate_totp"),
    path("factors/app/off/", app_off, name="mfa_deactivate_totp"),
    path("factors/recovery-codes/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("factors/recovery-codes/new/", new_codes, name="mfa_generate_recovery_codes"),
    path("factors/passkeys/", own_page, name="mfa_list_webauthn"),
    path("factors/passkeys/new/", add_passkey, name="mfa_add_webauthn"),
    path("factors/passkeys/<int:pk>/name/", signed_in(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("factors/passkeys/<int:pk>/remove/", remove_passkey, name="mfa_remove_webauthn"),
]
