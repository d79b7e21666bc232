"""The addresses of whole reports: printed, and kept."""

from django.urls import path

from clinic.assessments.reports import views

app_name = "reports"
urlpatterns = [
    path("print/", views.report_print, name="print"),
    path("kept/", views.report_list, name="list"),
    path("kept/new/", views.report_keep, name="keep"),
    path("kept/<uuid:pk>/", views.report_detail, name="detail"),
    path("kept/<uuid:pk>/remove/", views.report_remove, name="remove"),
]
