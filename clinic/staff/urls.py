"""The addresses of the pages about a clinic's people."""

from django.urls import path

from clinic.staff import views

app_name = "people"
urlpatterns = [
    path("", views.person_list, name="list"),
    path("new/", views.person_new, name="new"),
    path("<uuid:pk>/", views.person_detail, name="detail"),
    path("<uuid:pk>/end/", views.person_end, name="end"),
]
