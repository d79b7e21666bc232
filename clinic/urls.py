"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path

from clinic.accounts.urls import allauth_urlpatterns
from clinic.api.tokens import metadata, revoke_token, token
from clinic.patients.today.views import today

urlpatterns: list[URLPattern | URLResolver] = [
    path("", today, name="home"),
    path("accounts/", include(allauth_urlpatterns)),
    path("accounts/", include("clinic.staff.account.factor_urls")),
    path("accounts/", include("clinic.accounts.urls")),
    path("accounts/", include("clinic.staff.invitations.urls")),
    path("account/", include("clinic.staff.account.urls")),
    path("", include("clinic.lists.urls")),
    path("find/", include("clinic.patients.finding.urls")),
    path("patients/", include("clinic.patients.urls")),
    path("patients/import/", include("clinic.imports.urls")),
    path("assessments/import/", include("clinic.imports.assessments.urls")),
    path("patients/", include("clinic.patients.care.urls")),
    path("patients/", include("clinic.patients.hand_picked.urls")),
    path("patients/", include("clinic.patients.photos.urls")),
    path("patients/", include("clinic.merging.urls")),
    path("patients/", include("clinic.binning.urls")),
    path("patients/", include("clinic.patients.duplicates.urls")),
    path("", include("clinic.assessments.urls")),
    path("", include("clinic.instruments.urls")),
    path("", include("clinic.assessments.selfreport.urls")),
    path("reviews/", include("clinic.assessments.reviews.urls")),
    path("outcomes/", include("clinic.assessments.outcomes.urls")),
    path("outcomes/", include("clinic.assessments.reports.urls")),
    path("clinic/people/", include("clinic.staff.urls")),
    path("clinic/people/", include("clinic.assessments.leaving.urls")),
    path("clinic/trail/", include("clinic.trail.urls")),
    path("help/", include("clinic.staff.help_page.urls")),
    path("clinic/start/", include("clinic.assessments.first_steps.urls")),
    path("clinic/programs/", include("clinic.api.programs.urls")),
    path("clinic/webhooks/", include("clinic.webhooks.urls")),
    path("clinic/settings/", include("clinic.staff.clinic_settings.urls")),
    path("clinic/tags/", include("clinic.patients.tag_pages.urls")),
    path("api/v1/", include("clinic.api.urls")),
    path(".well-known/oauth-authorization-server", metadata, name="oauth_metadata"),
    path("o/token/", token, name="token"),
    path("o/revoke_token/", revoke_token, name="revoke_token"),
]
handler400 = "clinic.ui.errors.bad_request"
handler403 = "clinic.ui.errors.permission_denied"
handler404 = "clinic.ui.errors.page_not_found"
handler500 = "clinic.ui.errors.server_error"
