"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path

from clinic.accounts import views as accounts
from clinic.accounts.urls import allauth_urlpatterns
from clinic.api.tokens import revoke_token, token

urlpatterns: list[URLPattern | URLResolver] = [
    path("", accounts.home, name="home"),
    path("accounts/", include(allauth_urlpatterns)),
    path("accounts/", include("clinic.accounts.urls")),
    path("accounts/", include("clinic.staff.invitations.urls")),
    path("account/", include("clinic.staff.account.urls")),
    path("", include("clinic.lists.urls")),
    path("patients/", include("clinic.patients.urls")),
    path("patients/", include("clinic.patients.care.urls")),
    path("", include("clinic.assessments.urls")),
    path("", include("clinic.instruments.urls")),
    path("", include("clinic.assessments.selfreport.urls")),
    path("clinic/people/", include("clinic.staff.urls")),
    path("clinic/people/", include("clinic.assessments.leaving.urls")),
    path("clinic/trail/", include("clinic.trail.urls")),
    path("clinic/start/", include("clinic.assessments.first_steps.urls")),
    path("clinic/programs/", include("clinic.api.programs.urls")),
    path("clinic/settings/", include("clinic.staff.clinic_settings.urls")),
    path("api/v1/", include("clinic.api.urls")),
    path("o/token/", token, name="token"),
    path("o/revoke_token/", revoke_token, name="revoke_token"),
]
handler400 = "clinic.ui.errors.bad_request"
handler403 = "clinic.ui.errors.permission_denied"
handler404 = "clinic.ui.errors.page_not_found"
handler500 = "clinic.ui.errors.server_error"
