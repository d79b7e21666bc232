"""The addresses of the pages about instruments."""

from django.urls import path

from clinic.instruments import views

app_name = "instruments"
urlpatterns = [
    path("instruments/", views.instrument_list, name="list"),
    path("instruments/new/", views.instrument_new, name="new"),
    path("instruments/import/", views.instrument_import, name="import"),
    path("instruments/<slug:instrument>/", views.instrument_detail, name="detail"),
    path("instruments/<slug:instrument>/<slug:version>/", views.instrument_detail, name="version"),
    path("settings/", views.clinic_settings, name="settings"),
]
