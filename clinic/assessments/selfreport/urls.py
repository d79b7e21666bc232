"""The addresses by which patients answer themselves, and those by which they are asked to."""

from django.urls import path

from clinic.assessments.selfreport import handover_views, link_views, request_views

app_name = "answer"
urlpatterns = [
    path("answer/<str:token>/", link_views.answer_link, name="link"),
    path("answer/<str:token>/answers/", link_views.link_save, name="save"),
    path("answer/<str:token>/thanks/", link_views.link_thanks, name="thanks"),
    path("handover/", handover_views.handover_sheet, name="handover"),
    path("handover/answers/", handover_views.handover_save, name="handover_save"),
    path("handover/leave/", handover_views.handover_leave, name="leave"),
    path("patients/<uuid:pk>/requests/", request_views.request_new, name="request_new"),
    path("requests/<uuid:pk>/revoke/", request_views.request_revoke, name="revoke"),
    path("requests/<uuid:pk>/renew/", request_views.request_renew, name="renew"),
]
