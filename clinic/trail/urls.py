"""The addresses of the pages that read the trail."""

from django.urls import path

from clinic.trail import views

app_name = "trail"
urlpatterns = [
    path("", views.trail_list, name="list"),
    path("unusual/", views.unusual, name="unusual"),
    path("patients/<uuid:pk>/", views.patient_trail, name="patient"),
]
