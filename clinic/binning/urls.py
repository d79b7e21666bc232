"""The addresses of the bin; beside the other pages about patients."""

from django.urls import path

from clinic.binning import views

app_name = "binning"
urlpatterns = [
    path("bin/", views.bin_list, name="list"),
    path("bin/<uuid:pk>/", views.bin_detail, name="detail"),
    path("bin/<uuid:pk>/restore/", views.bin_restore, name="restore"),
    path("<uuid:pk>/bin/", views.patient_bin, name="bin"),
]
