"""The addresses of merging two records, and of taking them apart; beside the other pages about patients."""

from django.urls import path

from clinic.merging import views

app_name = "merging"
urlpatterns = [
    path("<uuid:pk>/merge/", views.patient_merge, name="merge"),
    path("<uuid:pk>/unmerge/", views.patient_unmerge, name="unmerge"),
]
