"""The addresses of the pages about a clinic's people."""

from django.urls import path

from clinic.staff import views
from clinic.staff.invitations import views as invitations

app_name = "people"
urlpatterns = [
    path("", views.person_list, name="list"),
    path("roles/", views.role_list, name="roles"),
    path("new/", invitations.invitation_new, name="new"),
    path("invitations/<uuid:pk>/again/", invitations.invitation_again, name="again"),
    path("invitations/<uuid:pk>/revoke/", invitations.invitation_revoke, name="revoke"),
    path("<uuid:pk>/", views.person_detail, name="detail"),
    path("<uuid:pk>/last-day/", views.person_last_day, name="last_day"),
    path("<uuid:pk>/factor/", views.person_factor_reset, name="factor_reset"),
]
