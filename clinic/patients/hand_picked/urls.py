"""The addresses of lists that are picked by hand; beside the other pages about patients."""

from django.urls import path

from clinic.patients.hand_picked import views

app_name = "hand_picked"
urlpatterns = [
    path("lists/", views.list_list, name="list"),
    path("lists/<uuid:pk>/", views.list_edit, name="edit"),
    path("lists/<uuid:pk>/remove/", views.list_remove, name="remove"),
    path("<uuid:pk>/lists/", views.patient_lists, name="of_patient"),
]
