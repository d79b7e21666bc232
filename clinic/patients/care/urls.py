"""The addresses of who sees a patient, where the clinic restricts that."""

from django.urls import path

from clinic.patients.care import views

app_name = "care"
urlpatterns = [
    path("emergency/", views.emergency, name="emergency"),
    path("<uuid:pk>/emergency/end/", views.emergency_end, name="emergency_end"),
    path("<uuid:pk>/care-team/", views.team_edit, name="team"),
    path("<uuid:pk>/care-team/<uuid:person>/remove/", views.team_remove, name="team_remove"),
]
