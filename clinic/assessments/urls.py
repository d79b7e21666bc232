"""The addresses of the pages about assessments."""

from django.urls import path

from clinic.assessments import views

app_name = "assessments"
urlpatterns = [
    path("assessments/", views.assessment_list, name="list"),
    path("assessments/new/", views.assessment_new, name="new"),
    path("assessments/<uuid:pk>/", views.assessment_detail, name="detail"),
    path("assessments/<uuid:pk>/edit/", views.assessment_edit, name="edit"),
    path("assessments/<uuid:pk>/archive/", views.assessment_archive, name="archive"),
    path("assessments/<uuid:pk>/undo/", views.assessment_undo, name="undo"),
    path("assessments/<uuid:pk>/restore/", views.assessment_restore, name="restore"),
    path("patients/<uuid:pk>/assessments/", views.patient_assessments, name="for_patient"),
]
