"""The addresses of the pages about a clinic's programs."""

from django.urls import path

from clinic.api.programs import views

app_name = "programs"
urlpatterns = [
    path("", views.program_list, name="list"),
    path("new/", views.program_new, name="new"),
    path("<int:pk>/", views.program_detail, name="detail"),
    path("<int:pk>/last-day/", views.program_last_day, name="last_day"),
    path("<int:pk>/secret/", views.program_secret, name="secret"),
    path("<int:pk>/secret/end/", views.program_secret_end, name="secret_end"),
    path("<int:pk>/disable/", views.program_disable, name="disable"),
    path("<int:pk>/enable/", views.program_enable, name="enable"),
]
