"""The addresses of background work and of what people keep of lists."""

from django.urls import path

from clinic.lists import views

app_name = "lists"
urlpatterns = [
    path("work/", views.job_list, name="jobs"),
    path("work/<uuid:pk>/", views.job_detail, name="job"),
    path("work/<uuid:pk>/undo/", views.job_undo, name="job_undo"),
    path("work/<uuid:pk>/cancel/", views.job_cancel, name="job_cancel"),
    path("work/<uuid:pk>/continue/", views.job_continue, name="job_continue"),
    path("work/<uuid:pk>/file/", views.job_file, name="job_file"),
    path("views/<uuid:pk>/", views.view_open, name="view"),
    path("views/<uuid:pk>/edit/", views.view_edit, name="view_edit"),
    path("views/<uuid:pk>/remove/", views.view_remove, name="view_remove"),
    path("lists/shortcuts/", views.shortcuts, name="shortcuts"),
    path("lists/<slug:key>/layout/", views.keep_layout, name="layout"),
    path("lists/<slug:key>/views/", views.view_list, name="views"),
    path("lists/<slug:key>/views/new/", views.view_new, name="view_new"),
]
