"""The address behind an invitation; its prefix is one of `SECRET_PATHS` of `clinic.ui.logs`."""

from django.urls import path

from clinic.staff.invitations.joining import join

urlpatterns = [path("join/<str:token>/", join, name="join")]
