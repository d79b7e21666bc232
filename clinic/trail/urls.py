"""The addresses of the pages that read the trail."""

from django.urls import path

from clinic.trail import emergencies, views

app_name = "trail"
urlpatterns = [
    path("", views.trail_list, name="list"),
    path("unusual/", views.unusual, name="unusual"),
    path("mix-ups/", views.wrong_patient, name="wrong_patient"),
    path("emergency/", emergencies.emergency_list, name="emergencies"),
    path("emergency/<uuid:pk>/review/", emergencies.emergency_review, name="emergency_review"),
    path("patients/<uuid:pk>/", views.patient_trail, name="patient"),
]
