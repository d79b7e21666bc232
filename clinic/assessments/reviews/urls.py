"""The addresses of results to review."""

from django.urls import path

from clinic.assessments.reviews import views

app_name = "reviews"
urlpatterns = [
    path("", views.review_list, name="list"),
    path("<uuid:pk>/mark/", views.review_mark, name="mark"),
    path("<uuid:pk>/undo/", views.review_undo, name="undo"),
]
