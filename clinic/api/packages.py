"""How the packages below the JSON layer are set, as `clinic.settings` has it."""

from clinic.access import SCOPE_WORDS

OAUTH2_PROVIDER = {
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "SCOPES": SCOPE_WORDS,
    "DEFAULT_SCOPES": ["read"],
    "OAUTH2_VALIDATOR_CLASS": "clinic.api.programs.validator.Validator",
    "SCOPES_BACKEND_CLASS": "clinic.accounts.clients.ClientScopes",
    "PKCE_REQUIRED": True,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["clinic.api.authentication.ResolvedAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["clinic.api.permissions.RolePermission"],
    "DEFAULT_RENDERER_CLASSES": ["clinic.api.renderer.Renderer"],
    "DEFAULT_PARSER_CLASSES": ["clinic.api.parser.Parser"],
    "DEFAULT_PAGINATION_CLASS": "clinic.api.pagination.Pagination",
    "DEFAULT_SCHEMA_CLASS": "clinic.api.documentation.schema.EnvelopeSchema",
    "EXCEPTION_HANDLER": "clinic.api.errors.exception_handler",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "clinic.api.renderer.OneRenderer",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clinic API",
    "DESCRIPTION": "Patients and assessments of one clinic, typed by `__typename`. Days are those of the clinic's time "
    "zone, and moments carry its offset.",
    "VERSION": "1",
    "SERVERS": [{"url": "/", "description": "The server that this document comes from"}],
    "TAGS": [
        {"name": "Endpoints", "description": "What there is."},
        {"name": "Patients", "description": "People in the care of the clinic."},
        {"name": "Assessments", "description": "What was asked of them and what it came to."},
        {"name": "Episodes", "description": "Times of treatment, from a first to a last day."},
        {"name": "Instruments", "description": "What can be asked, and how it is scored."},
        {"name": "Practitioners", "description": "Who is responsible."},
        {"name": "Alerts", "description": "Answers that need action, and what was done."},
        {"name": "Schedules", "description": "How often somebody is asked, and what is due."},
        {"name": "Requests", "description": "Links by which patients answer."},
        {"name": "Me", "description": "Who asks."},
        {"name": "Webhooks", "description": "Addresses that are told what happens."},
        {"name": "Exports", "description": "Files for analysis."},
        {"name": "Trail", "description": "Who read and changed what."},
        {"name": "Changes", "description": "What happened, in the order in which it was saved."},
        {"name": "OAuth", "description": "Tokens for programs."},
    ],
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "Gender": "clinic.patients.models.Gender",
        "BirthPrecision": "clinic.patients.models.BirthPrecision",
        "ScheduleUnit": "clinic.assessments.models.schedules.Unit",
        "RequestState": "clinic.assessments.models.requests.RequestState",
        "OffReason": "clinic.webhooks.models.OffWhy",
        "DeliveryState": "clinic.webhooks.models.DeliveryState",
        "WebhookEvent": "clinic.webhooks.models.Event",
        "AssessmentType": "clinic.assessments.models.AssessmentType",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "clinic.api.documentation.closing.close_objects",
    ],
}
