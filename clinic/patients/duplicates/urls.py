"""The addresses of who may be registered twice."""

from django.urls import path

from clinic.patients.duplicates import views

app_name = "duplicates"
urlpatterns = [
    path("similar/", views.similar, name="similar"),
    path("duplicates/", views.duplicate_list, name="list"),
    path("duplicates/<uuid:pk>/refuse/", views.duplicate_refuse, name="refuse"),
    path("duplicates/<uuid:pk>/reopen/", views.duplicate_reopen, name="reopen"),
]
