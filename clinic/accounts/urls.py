"""Signing in and out, and choosing a clinic. Nobody signs up: people are invited by their clinic."""

from allauth.account import views as allauth
from django.urls import path, re_path

from clinic.accounts import views
from clinic.accounts.factors import views as factors
from clinic.accounts.factors.confirmation import with_new_key

app_name = "accounts"
confirm = with_new_key(allauth.reauthenticate)
urlpatterns = [
    path("choose/", views.choose_clinic, name="choose"),
    path("switch/", views.switch_clinic, name="switch"),
    path("second-factor/", factors.factor_needed, name="factor_needed"),
    path("no-clinic/", views.no_clinic, name="no_clinic"),
    path("session/", views.session_state, name="session"),
]
# django-allauth looks its own addresses up by these names, without a namespace.
allauth_urlpatterns = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", views.sign_out, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", confirm, name="account_reauthenticate"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
