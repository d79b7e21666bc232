"""The addresses of files of assessments that are brought in."""

from django.urls import path

from clinic.imports.assessments import views

app_name = "assessment_imports"
urlpatterns = [
    path("", views.import_new, name="new"),
    path("<uuid:pk>/", views.import_detail, name="detail"),
    path("<uuid:pk>/read/", views.import_read, name="read"),
    path("<uuid:pk>/columns/", views.import_columns, name="columns"),
    path("<uuid:pk>/check/", views.import_check, name="check"),
    path("<uuid:pk>/write/", views.import_write, name="write"),
    path("<uuid:pk>/undo/", views.import_undo, name="undo"),
    path("<uuid:pk>/cancel/", views.import_cancel, name="cancel"),
    path("<uuid:pk>/continue/", views.import_continue, name="continue"),
    path("<uuid:pk>/errors/", views.import_errors, name="errors"),
]
