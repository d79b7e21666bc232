"""The addresses of a patient's photo; beside the other pages about patients."""

from django.urls import path

from clinic.patients.photos import views

app_name = "photos"
urlpatterns = [
    path("<uuid:pk>/photo/", views.photo, name="photo"),
    path("<uuid:pk>/photo/change/", views.photo_change, name="change"),
    path("<uuid:pk>/photo/remove/", views.photo_remove, name="remove"),
]
