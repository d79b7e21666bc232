"""The addresses of the pages about patients."""

from django.urls import path

from clinic.patients import views

app_name = "patients"
urlpatterns = [
    path("", views.patient_list, name="list"),
    path("new/", views.patient_new, name="new"),
    path("bulk/", views.patient_bulk, name="bulk"),
    path("recent/", views.patient_recent, name="recent"),
    path("birth-date/", views.birth_date_understood, name="understood"),
    path("<uuid:pk>/", views.patient_detail, name="detail"),
    path("<uuid:pk>/details/", views.patient_details, name="details"),
    path("<uuid:pk>/edit/", views.patient_edit, name="edit"),
    path("<uuid:pk>/archive/", views.patient_archive, name="archive"),
    path("<uuid:pk>/undo/", views.patient_undo, name="undo"),
    path("<uuid:pk>/restore/", views.patient_restore, name="restore"),
    path("<uuid:pk>/history/", views.patient_history, name="history"),
    path("<uuid:pk>/history/<int:event>/restore/", views.patient_restore_version, name="restore_version"),
]
