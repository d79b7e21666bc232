"""The addresses of the pages about assessments."""

from django.urls import path

from clinic.assessments.notes import views as note_views
from clinic.assessments.pages import questionnaire_views, reopen_views, views
from clinic.assessments.pages import worklist_views as alert_views
from clinic.assessments.summary import views as summary_views
from clinic.assessments.timeline import views as timeline_views
from clinic.assessments.today import views as today_views
from clinic.assessments.trend import episode_views
from clinic.assessments.trend import views as trend_views

app_name = "assessments"
urlpatterns = [
    path("assessments/", views.assessment_list, name="list"),
    path("assessments/bulk/", views.assessment_bulk, name="bulk"),
    path("assessments/new/", views.assessment_new, name="new"),
    path("assessments/<uuid:pk>/", views.assessment_detail, name="detail"),
    path("assessments/<uuid:pk>/answer/", questionnaire_views.questionnaire_answer, name="answer"),
    path("assessments/<uuid:pk>/answers/", questionnaire_views.questionnaire_save, name="save"),
    path("assessments/<uuid:pk>/amend/", questionnaire_views.questionnaire_amend, name="amend"),
    path("assessments/<uuid:pk>/cancel/", questionnaire_views.questionnaire_cancel, name="cancel"),
    path("assessments/<uuid:pk>/reopen/", reopen_views.assessment_reopen, name="reopen"),
    path("assessments/<uuid:pk>/edit/", views.assessment_edit, name="edit"),
    path("assessments/<uuid:pk>/archive/", views.assessment_archive, name="archive"),
    path("assessments/<uuid:pk>/undo/", views.assessment_undo, name="undo"),
    path("assessments/<uuid:pk>/restore/", views.assessment_restore, name="restore"),
    path("worklists/counts/", trend_views.worklist_counts, name="counts"),
    path("worklists/due/", trend_views.due_list, name="due"),
    path("worklists/today/", today_views.today_lines, name="today"),
    path("worklists/today/<uuid:pk>/put-off/", today_views.line_put_off, name="put_off"),
    path("worklists/today/<uuid:pk>/bring-back/", today_views.line_bring_back, name="bring_back"),
    path("patients/<uuid:pk>/summary/", summary_views.patient_summary, name="summary"),
    path("patients/<uuid:pk>/timeline/", timeline_views.patient_timeline, name="timeline"),
    path("patients/<uuid:pk>/notes/new/", note_views.note_new, name="note_new"),
    path("notes/<uuid:pk>/", note_views.note_detail, name="note"),
    path("notes/<uuid:pk>/amend/", note_views.note_amend, name="note_amend"),
    path("notes/<uuid:pk>/strike-out/", note_views.note_strike, name="note_strike"),
    path("patients/<uuid:pk>/course/", trend_views.patient_trend, name="trend"),
    path("patients/<uuid:pk>/plans/", trend_views.schedule_set, name="schedule"),
    path("plans/<uuid:pk>/end/", trend_views.schedule_end, name="schedule_end"),
    path("patients/<uuid:pk>/episodes/", episode_views.episode_start, name="episode_start"),
    path("episodes/<uuid:pk>/end/", episode_views.episode_end, name="episode_end"),
    path("episodes/<uuid:pk>/correct/", episode_views.episode_correct, name="episode_correct"),
    path("worklists/alerts/", alert_views.alert_list, name="alerts"),
    path("worklists/alerts/<uuid:pk>/acknowledge/", alert_views.alert_acknowledge, name="acknowledge"),
    path("patients/<uuid:pk>/alerts/", alert_views.patient_alerts, name="alerts_of"),
    path("patients/<uuid:pk>/alerts/acknowledge/", alert_views.patient_acknowledge, name="acknowledge_all"),
    path("patients/<uuid:pk>/alerts/reopen/", alert_views.patient_reopen, name="reopen_alerts"),
    path("patients/<uuid:pk>/assessments/", views.patient_assessments, name="for_patient"),
]
