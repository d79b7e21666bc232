"""What a clinic's own role may do with each of its tables: the second wall.

A table that is not named here is closed to the web. No part of a record is ever deleted by the web, and both trails
are insert-only.
"""

GRANTS: dict[str, str] = {
    "audit_auditevent": "SELECT, INSERT",
    "audit_access": "SELECT, INSERT",
    "lists_savedview": "SELECT, INSERT, UPDATE, DELETE",
    "lists_job": "SELECT, INSERT, UPDATE",
    "lists_jobitem": "SELECT, INSERT, UPDATE",
    "lists_jobpart": "SELECT, INSERT, DELETE",
    "staff_practitioner": "SELECT, INSERT, UPDATE",
    "patients_patient": "SELECT, INSERT, UPDATE",
    "patients_nameword": "SELECT, INSERT",
    "assessments_assessment": "SELECT, INSERT, UPDATE",
    "assessments_plan": "SELECT, INSERT, UPDATE",
    "assessments_assessmentrevision": "SELECT, INSERT",
    "assessments_riskalert": "SELECT, INSERT, UPDATE",
    "assessments_owninstrument": "SELECT, INSERT",
    "assessments_instrumentsettings": "SELECT, INSERT, UPDATE",
    "assessments_answerrequest": "SELECT, INSERT, UPDATE",
}
# What the web's own role may do in `public`, by table; everything else there is closed to it.
PUBLIC_GRANTS: dict[str, str] = {
    "tenancy_clinic": "SELECT",
    "accounts_user": "SELECT, INSERT, UPDATE",
    "accounts_session": "SELECT, INSERT, UPDATE, DELETE",
    "accounts_membership": "SELECT, INSERT, UPDATE (role, is_active, preferences, created_at)",
    "accounts_apiclient": "SELECT",
    "accounts_answerlink": "SELECT, INSERT, UPDATE (closed_at)",
    "account_emailaddress": "SELECT, INSERT, UPDATE, DELETE",
    "account_emailconfirmation": "SELECT, INSERT, UPDATE, DELETE",
    "oauth2_provider_accesstoken": "SELECT, INSERT",
    "django_tasks_database_dbtaskresult": "SELECT, INSERT, UPDATE, DELETE",
    "django_migrations": "SELECT",
}
