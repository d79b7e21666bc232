"""The addresses of the pages about instruments."""

from django.urls import path

from clinic.instruments.pages import custom_views, views

app_name = "instruments"
urlpatterns = [
    path("instruments/", views.instrument_list, name="list"),
    path("instruments/new/", custom_views.instrument_new, name="new"),
    path("instruments/import/", custom_views.instrument_import, name="import"),
    path("instruments/<slug:instrument>/", views.instrument_detail, name="detail"),
    path("instruments/<slug:instrument>/edit/", custom_views.instrument_edit, name="edit"),
    path("instruments/<slug:instrument>/offer/", custom_views.instrument_offer, name="offer"),
    path("instruments/<slug:instrument>/<slug:version>/", views.instrument_detail, name="version"),
    path("settings/", views.clinic_settings, name="settings"),
]
