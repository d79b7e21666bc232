"""The addresses of the clinic's tags."""

from django.urls import path

from clinic.patients.tag_pages import views

app_name = "tags"
urlpatterns = [
    path("", views.tag_list, name="list"),
    path("<int:pk>/", views.tag_edit, name="edit"),
    path("<int:pk>/remove/", views.tag_remove, name="remove"),
]
