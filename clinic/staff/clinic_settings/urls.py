"""The address of the clinic's settings."""

from django.urls import path

from clinic.staff.clinic_settings import views

app_name = "clinic_settings"
urlpatterns = [path("", views.clinic_settings, name="edit")]
