"""What a clinic's own role may do with each of its tables: the second wall.

A table that is not named here is closed to the web. Nothing is ever deleted by the web, and the trail is
insert-only.
"""

GRANTS: dict[str, str] = {
    "audit_auditevent": "SELECT, INSERT",
    "staff_practitioner": "SELECT, INSERT, UPDATE",
    "patients_patient": "SELECT, INSERT, UPDATE",
    "patients_nameword": "SELECT, INSERT",
    "assessments_assessment": "SELECT, INSERT, UPDATE",
}
# What the web's own role may do in `public`, by table; everything else there is closed to it.
PUBLIC_GRANTS: dict[str, str] = {
    "tenancy_clinic": "SELECT",
    "accounts_user": "SELECT, INSERT, UPDATE",
    "accounts_session": "SELECT, INSERT, UPDATE, DELETE",
    "accounts_membership": "SELECT",
    "accounts_apiclient": "SELECT",
    "account_emailaddress": "SELECT, INSERT, UPDATE, DELETE",
    "account_emailconfirmation": "SELECT, INSERT, UPDATE, DELETE",
    "oauth2_provider_accesstoken": "SELECT, INSERT",
    "django_migrations": "SELECT",
}
