"""What the API takes and gives. Made by generate.py from the OpenAPI document; do not change it here."""

from typing import Any, Literal, NotRequired, TypedDict

AcknowledgementRequest = TypedDict(
    "AcknowledgementRequest",
    {
        "note": str,
        "points": NotRequired[float],
    },
)

Alert = TypedDict(
    "Alert",
    {
        "__typename": Literal['Alert'],
        "id": str,
        "rule": NotRequired[str],
        "text": NotRequired[str],
        "severity": NotRequired[int],
        "raised_at": NotRequired[str],
        "raised_by": NotRequired[str],
        "channel": NotRequired["ChannelEnum"],
        "answered_by": NotRequired[str],
        "acknowledged_at": NotRequired[str | None],
        "acknowledged_by": NotRequired[str],
        "note": NotRequired[str],
        "patient": NotRequired[str],
        "assessment": NotRequired[str],
        "points": NotRequired[float],
    },
)

AlertAnswer = TypedDict(
    "AlertAnswer",
    {
        "meta": dict[str, Any],
        "results": "Alert",
    },
)

AlertList = TypedDict(
    "AlertList",
    {
        "meta": dict[str, Any],
        "results": list["Alert"],
    },
)

AlertRule = TypedDict(
    "AlertRule",
    {
        "__typename": Literal['AlertRule'],
        "code": str,
        "text": str,
        "severity": int,
        "item": str,
        "at_least": float,
        "band": str,
        "any_item": float | None,
    },
)

type Anything = "Alert | AlertRule | AskedIf | Assessment | Band | BulkRow | Change | Condition | Cutoff | Delivery | Endpoint | Episode | Event | Export | Identifier | Instrument | InstrumentItem | InstrumentOption | LatestResult | Match | Me | Measure | Patient | Practitioner | Question | Request | Revision | RiskAlert | Schedule | Subscale | Warning | Webhook | Included"

AskedIf = TypedDict(
    "AskedIf",
    {
        "__typename": Literal['AskedIf'],
        "behaviour": "BehaviourEnum",
        "conditions": list["Condition"],
        "counts_as": float | None,
    },
)

type AsksForEnum = Literal['date_of_birth', 'code']

Assessment = TypedDict(
    "Assessment",
    {
        "__typename": Literal['Assessment'],
        "id": str,
        "patient": NotRequired[str],
        "user": NotRequired[str],
        "name": NotRequired[str | None],
        "type": NotRequired["AssessmentType"],
        "date": NotRequired[str],
        "questions": NotRequired["list[Question] | None"],
        "instrument": NotRequired[str | None],
        "instrument_version": NotRequired[str | None],
        "language": NotRequired[str],
        "status": NotRequired["AssessmentStatusEnum"],
        "answers": NotRequired[dict[str, float | bool | None | str | list[float | str]] | None],
        "score": NotRequired[float | None],
        "score_range": NotRequired[list[float] | None],
        "band": NotRequired[str | None],
        "severity": NotRequired[int | None],
        "cutoff": NotRequired[str | None],
        "pattern": NotRequired[bool | None],
        "subscales": NotRequired[list["Subscale"]],
        "answered": NotRequired[int],
        "asked": NotRequired[int],
        "summary": NotRequired[str],
        "sex": NotRequired[str | None],
        "age": NotRequired[int | None],
        "alerts": NotRequired["list[RiskAlert] | None"],
        "completed_at": NotRequired[str | None],
        "archived_at": NotRequired[str | None],
        "created_at": NotRequired[str],
        "updated_at": NotRequired[str],
        "version": NotRequired[int],
        "included": NotRequired["Included"],
    },
)

AssessmentAnswer = TypedDict(
    "AssessmentAnswer",
    {
        "meta": dict[str, Any],
        "results": "Assessment",
    },
)

AssessmentList = TypedDict(
    "AssessmentList",
    {
        "meta": dict[str, Any],
        "results": list["Assessment"],
    },
)

AssessmentRequest = TypedDict(
    "AssessmentRequest",
    {
        "id": NotRequired[str],
        "patient": str,
        "user": NotRequired[str],
        "name": NotRequired[str],
        "type": NotRequired["AssessmentType"],
        "date": str,
        "questions": NotRequired[list["QuestionRequest"]],
        "instrument": NotRequired[str | None],
        "language": NotRequired[str],
        "answers": NotRequired[dict[str, float | bool | None | str | list[float | str]]],
        "complete": NotRequired[bool],
        "reason": NotRequired[str],
        "score": NotRequired[float | None | str],
        "version": NotRequired[int],
        "__typename": NotRequired[Literal['Assessment']],
        "instrument_version": NotRequired[str | None],
        "status": NotRequired["AssessmentStatusEnum"],
        "score_range": NotRequired[list[float] | None],
        "band": NotRequired[str | None],
        "severity": NotRequired[int | None],
        "cutoff": NotRequired[str | None],
        "pattern": NotRequired[bool | None],
        "subscales": NotRequired[list["Subscale"]],
        "answered": NotRequired[int],
        "asked": NotRequired[int],
        "summary": NotRequired[str],
        "sex": NotRequired[str | None],
        "age": NotRequired[int | None],
        "alerts": NotRequired[Any],
        "completed_at": NotRequired[str | None],
        "archived_at": NotRequired[str | None],
        "created_at": NotRequired[str],
        "updated_at": NotRequired[Any],
    },
)

type AssessmentStatusEnum = Literal['planned', 'in_progress', 'completed', 'amended', 'cancelled']

type AssessmentType = Literal['cognitive_status', 'physical', 'mental_health', 'functional_ability', 'social_support', 'other']

AuthorizationServer = TypedDict(
    "AuthorizationServer",
    {
        "issuer": str,
        "token_endpoint": str,
        "revocation_endpoint": str,
        "grant_types_supported": list[Literal['client_credentials']],
        "scopes_supported": list[Literal['read', 'write', 'patients:read', 'patients:write', 'scores:read', 'alerts:read', 'webhooks', 'export', 'analysis', 'trail:read']],
    },
)

Band = TypedDict(
    "Band",
    {
        "__typename": Literal['Band'],
        "low": float,
        "high": float,
        "word": str,
        "severity": int | None,
        "sex": str,
        "any_item": float | None,
    },
)

type BehaviourEnum = Literal['all', 'any']

type BirthPrecision = Literal['exact', 'estimated', 'month', 'about_month', 'year', 'about_year', 'unknown']

type BlankEnum = Literal['']

BulkRow = TypedDict(
    "BulkRow",
    {
        "__typename": Literal['BulkRow'],
        "row": int,
        "status": int,
        "id": str | None,
        "version": int | None,
        "error": NotRequired["RowError"],
        "warnings": list["Warning"],
    },
)

BulkRowList = TypedDict(
    "BulkRowList",
    {
        "meta": dict[str, Any],
        "results": list["BulkRow"],
    },
)

CancellationRequest = TypedDict(
    "CancellationRequest",
    {
        "reason": str,
        "version": int,
    },
)

Change = TypedDict(
    "Change",
    {
        "__typename": Literal['Change'],
        "kind": NotRequired["ChangeKindEnum"],
        "id": str,
        "patient": NotRequired[str | None],
        "action": NotRequired[str],
        "at": NotRequired[str],
    },
)

type ChangeKindEnum = Literal['Patient', 'Practitioner', 'Assessment', 'Episode', 'Schedule', 'Request', 'Alert', 'Clinic']

ChangeList = TypedDict(
    "ChangeList",
    {
        "meta": dict[str, Any],
        "results": list["Change"],
    },
)

type ChannelEnum = Literal['staff', 'device', 'link', 'program']

Condition = TypedDict(
    "Condition",
    {
        "__typename": Literal['Condition'],
        "item": str,
        "operator": "OperatorEnum",
        "answer": float | bool | str | list[float | str],
    },
)

type ContactByEnum = Literal['phone', 'text', 'email', 'letter', 'none']

Cutoff = TypedDict(
    "Cutoff",
    {
        "__typename": Literal['Cutoff'],
        "positive_from": float,
        "uncertain_from": float | None,
        "sex": str,
    },
)

Delivery = TypedDict(
    "Delivery",
    {
        "__typename": Literal['Delivery'],
        "id": str,
        "webhook": NotRequired[str],
        "message": NotRequired[str],
        "event": NotRequired["WebhookEvent"],
        "kind": NotRequired[str],
        "record": NotRequired[str],
        "at": NotRequired[str],
        "state": NotRequired["DeliveryState"],
        "tries": NotRequired[int],
        "tried_at": NotRequired[str | None],
        "next_at": NotRequired[str | None],
        "answer": NotRequired[int | None],
        "why": NotRequired[str],
    },
)

DeliveryAnswer = TypedDict(
    "DeliveryAnswer",
    {
        "meta": dict[str, Any],
        "results": "Delivery",
    },
)

DeliveryList = TypedDict(
    "DeliveryList",
    {
        "meta": dict[str, Any],
        "results": list["Delivery"],
    },
)

type DeliveryState = Literal['waiting', 'delivered', 'given_up', 'dropped']

Endpoint = TypedDict(
    "Endpoint",
    {
        "__typename": Literal['Endpoint'],
        "name": NotRequired[str],
        "url": NotRequired[str],
        "description": NotRequired[str],
    },
)

EndpointList = TypedDict(
    "EndpointList",
    {
        "meta": dict[str, Any],
        "results": list["Endpoint"],
    },
)

Episode = TypedDict(
    "Episode",
    {
        "__typename": Literal['Episode'],
        "id": str,
        "patient": NotRequired[str],
        "started_on": NotRequired[str],
        "ended_on": NotRequired[str | None],
        "end_reason": NotRequired[Literal['completed', 'dropped_out', 'referred_on', 'declined', 'moved_away', 'died', 'other', None]],
        "end_words": NotRequired[str | None],
        "started_by": NotRequired[str],
        "ended_by": NotRequired[str],
        "created_at": NotRequired[str],
        "version": NotRequired[int],
    },
)

EpisodeAnswer = TypedDict(
    "EpisodeAnswer",
    {
        "meta": dict[str, Any],
        "results": "Episode",
    },
)

EpisodeList = TypedDict(
    "EpisodeList",
    {
        "meta": dict[str, Any],
        "results": list["Episode"],
    },
)

Error = TypedDict(
    "Error",
    {
        "__typename": Literal['Error'],
        "code": str,
        "fields": dict[str, list[str]],
        "codes": NotRequired[dict[str, list[Literal['unknown', 'together', 'read_only', 'day', 'max_digits', 'max_decimal_places', 'asker', 'server']]]],
        "current": NotRequired["Record"],
        "existing": NotRequired[str],
        "request_id": NotRequired[str],
    },
)

Event = TypedDict(
    "Event",
    {
        "__typename": Literal['Event'],
        "id": int,
        "number": NotRequired[int | None],
        "at": NotRequired[str],
        "by": NotRequired[str],
        "by_name": NotRequired[str],
        "action": NotRequired[str],
        "reading": NotRequired[bool],
        "record_type": NotRequired[str],
        "record": NotRequired[str | None],
        "patient": NotRequired[str | None],
        "patient_name": NotRequired[str | None],
        "what": NotRequired[str],
        "details": NotRequired[str | None],
        "changed": NotRequired[list[str]],
        "request_id": NotRequired[str],
        "trace_id": NotRequired[str],
        "address": NotRequired[str],
    },
)

EventList = TypedDict(
    "EventList",
    {
        "meta": dict[str, Any],
        "results": list["Event"],
    },
)

Export = TypedDict(
    "Export",
    {
        "__typename": Literal['Export'],
        "id": str,
        "state": NotRequired["ExportStateEnum"],
        "format": NotRequired["FormatEnum"],
        "tables": NotRequired[list["TablesEnum"]],
        "names": NotRequired[bool],
        "rows": NotRequired[int],
        "message": NotRequired[str],
        "after": NotRequired[str],
        "file": NotRequired[str | None],
        "created_at": NotRequired[str],
        "created_by": NotRequired[str],
        "finished_at": NotRequired[str | None],
        "expires_at": NotRequired[str | None],
    },
)

ExportAnswer = TypedDict(
    "ExportAnswer",
    {
        "meta": dict[str, Any],
        "results": "Export",
    },
)

ExportList = TypedDict(
    "ExportList",
    {
        "meta": dict[str, Any],
        "results": list["Export"],
    },
)

type ExportStateEnum = Literal['waiting', 'running', 'done', 'stopped', 'cancelled']

Failure = TypedDict(
    "Failure",
    {
        "meta": dict[str, Any],
        "results": dict[str, Any] | None,
        "error": "Error",
    },
)

type FormatEnum = Literal['ndjson', 'csv', 'parquet']

type Gender = Literal['female', 'male', 'other', 'unknown']

Identifier = TypedDict(
    "Identifier",
    {
        "__typename": Literal['Identifier'],
        "system": str,
        "value": str,
    },
)

IdentifierRequest = TypedDict(
    "IdentifierRequest",
    {
        "system": str,
        "value": str,
        "__typename": NotRequired[Literal['Identifier']],
    },
)

Included = TypedDict(
    "Included",
    {
        "__typename": Literal['Included'],
        "patient": "Patient",
    },
)

Instrument = TypedDict(
    "Instrument",
    {
        "__typename": Literal['Instrument'],
        "id": str,
        "version": NotRequired[str],
        "title": NotRequired[str],
        "name": NotRequired[str],
        "type": NotRequired[str],
        "answered_by": NotRequired[str],
        "instruction": NotRequired[str],
        "items": NotRequired[list["InstrumentItem"]],
        "score_range": NotRequired[list[float] | None],
        "bands": NotRequired[list["Band"]],
        "cutoffs": NotRequired[list["Cutoff"]],
        "alerts": NotRequired[list["AlertRule"]],
        "youngest": NotRequired[int | None],
        "oldest": NotRequired[int | None],
        "caution": NotRequired[str],
        "note": NotRequired[str],
        "source": NotRequired[str],
        "licence": NotRequired[str],
        "licence_class": NotRequired[str],
        "panel_loinc": NotRequired[str],
        "total_loinc": NotRequired[str],
        "languages": NotRequired[list[str]],
        "variant_of": NotRequired[str],
        "countries": NotRequired[list[str]],
        "follow_up": NotRequired[str],
    },
)

InstrumentAnswer = TypedDict(
    "InstrumentAnswer",
    {
        "meta": dict[str, Any],
        "results": "Instrument",
    },
)

InstrumentItem = TypedDict(
    "InstrumentItem",
    {
        "__typename": Literal['InstrumentItem'],
        "code": str,
        "text": str,
        "hint": str,
        "kind": "InstrumentItemKindEnum",
        "asked_if": "AskedIf",
        "options": list["InstrumentOption"],
        "measure": "Measure",
        "scored": bool,
        "sexes": list["SexesEnum"],
        "source": str,
        "loinc": str,
    },
)

type InstrumentItemKindEnum = Literal['one', 'several', 'number', 'text', 'date', 'yes_no']

InstrumentList = TypedDict(
    "InstrumentList",
    {
        "meta": dict[str, Any],
        "results": list["Instrument"],
    },
)

InstrumentOption = TypedDict(
    "InstrumentOption",
    {
        "__typename": Literal['InstrumentOption'],
        "points": float,
        "text": str,
        "code": str,
        "loinc": str,
    },
)

type LanguageEnum = Literal['af', 'sq', 'am', 'ar', 'hy', 'ast', 'az', 'eu', 'be', 'bn', 'bs', 'br', 'bfi', 'bg', 'my', 'ca', 'ckb', 'yue', 'zh', 'hr', 'cs', 'da', 'prs', 'nl', 'en', 'eo', 'et', 'fil', 'fi', 'fr', 'fy', 'gl', 'ka', 'de', 'el', 'gu', 'ht', 'ha', 'he', 'hi', 'hu', 'is', 'io', 'ig', 'id', 'ia', 'ga', 'it', 'ja', 'kab', 'kn', 'kk', 'km', 'rw', 'ko', 'ku', 'ky', 'lv', 'ln', 'lt', 'dsb', 'lb', 'mk', 'ms', 'ml', 'mt', 'mr', 'mn', 'ne', 'no', 'nb', 'nn', 'om', 'os', 'ps', 'fa', 'pl', 'pt', 'pa', 'rom', 'ro', 'ru', 'gd', 'sr', 'si', 'sk', 'sl', 'so', 'es', 'sw', 'sv', 'tg', 'ta', 'tt', 'te', 'th', 'ti', 'tr', 'tk', 'udm', 'uk', 'hsb', 'ur', 'ug', 'uz', 'vi', 'cy', 'yo', 'zu']

LatestResult = TypedDict(
    "LatestResult",
    {
        "__typename": Literal['LatestResult'],
        "instrument": str,
        "score": float,
        "band": str,
        "severity": int | None,
        "change": float | None,
        "date": str,
    },
)

Match = TypedDict(
    "Match",
    {
        "__typename": Literal['Match'],
        "patient": "Patient",
        "score": float,
        "grade": "MatchGradeEnum",
        "reasons": list[str],
    },
)

type MatchGradeEnum = Literal['certain', 'probable', 'possible']

MatchList = TypedDict(
    "MatchList",
    {
        "meta": dict[str, Any],
        "results": list["Match"],
    },
)

Me = TypedDict(
    "Me",
    {
        "__typename": Literal['Me'],
        "id": str,
        "name": NotRequired[str],
        "kind": NotRequired["MeKindEnum"],
        "clinic": NotRequired[str],
        "clinic_name": NotRequired[str],
        "time_zone": NotRequired[str],
        "role": NotRequired[str],
        "scopes": NotRequired[list[str]],
        "permissions": NotRequired[list["PermissionsEnum"]],
    },
)

MeAnswer = TypedDict(
    "MeAnswer",
    {
        "meta": dict[str, Any],
        "results": "Me",
    },
)

type MeKindEnum = Literal['person', 'program']

Measure = TypedDict(
    "Measure",
    {
        "__typename": Literal['Measure'],
        "unit": str,
        "ucum": str,
        "minimum": float,
        "maximum": float,
        "decimals": int,
    },
)

NewExportRequest = TypedDict(
    "NewExportRequest",
    {
        "format": "FormatEnum",
        "tables": NotRequired[list["TablesEnum"]],
        "after": NotRequired[str | None],
    },
)

NewRequestRequest = TypedDict(
    "NewRequestRequest",
    {
        "id": NotRequired[str],
        "patient": str,
        "user": NotRequired[str],
        "instrument": str,
        "days": int,
        "language": NotRequired[str],
    },
)

NewScheduleRequest = TypedDict(
    "NewScheduleRequest",
    {
        "patient": str,
        "instrument": str,
        "every": int,
        "every_unit": "ScheduleUnit",
        "then_every": NotRequired[int | None],
        "then_unit": NotRequired["ScheduleUnit"],
        "starts_on": NotRequired[str],
    },
)

OAuthError = TypedDict(
    "OAuthError",
    {
        "error": str,
        "error_description": str,
    },
)

type OperatorEnum = Literal['=', '!=', '<', '<=', '>', '>=', 'exists']

Pagination = TypedDict(
    "Pagination",
    {
        "count": int | None,
        "count_at_least": NotRequired[int],
        "next": str | None,
        "previous": str | None,
        "after": NotRequired[str],
    },
)

PatchedAssessmentRequest = TypedDict(
    "PatchedAssessmentRequest",
    {
        "id": NotRequired[str],
        "patient": NotRequired[str],
        "user": NotRequired[str],
        "name": NotRequired[str],
        "type": NotRequired["AssessmentType"],
        "date": NotRequired[str],
        "questions": NotRequired[list["QuestionRequest"]],
        "instrument": NotRequired[str | None],
        "language": NotRequired[str],
        "answers": NotRequired[dict[str, float | bool | None | str | list[float | str]]],
        "complete": NotRequired[bool],
        "reason": NotRequired[str],
        "score": NotRequired[float | None | str],
        "version": NotRequired[int],
        "__typename": NotRequired[Literal['Assessment']],
        "instrument_version": NotRequired[str | None],
        "status": NotRequired["AssessmentStatusEnum"],
        "score_range": NotRequired[list[float] | None],
        "band": NotRequired[str | None],
        "severity": NotRequired[int | None],
        "cutoff": NotRequired[str | None],
        "pattern": NotRequired[bool | None],
        "subscales": NotRequired[list["Subscale"]],
        "answered": NotRequired[int],
        "asked": NotRequired[int],
        "summary": NotRequired[str],
        "sex": NotRequired[str | None],
        "age": NotRequired[int | None],
        "alerts": NotRequired[Any],
        "completed_at": NotRequired[str | None],
        "archived_at": NotRequired[str | None],
        "created_at": NotRequired[str],
        "updated_at": NotRequired[Any],
    },
)

PatchedPatientRequest = TypedDict(
    "PatchedPatientRequest",
    {
        "id": NotRequired[str],
        "user": NotRequired[str | None],
        "full_name": NotRequired[str],
        "family_name": NotRequired[str],
        "preferred_name": NotRequired[str],
        "other_names": NotRequired[str],
        "gender": NotRequired["Gender"],
        "sex": NotRequired["SexEnum | BlankEnum"],
        "date_of_birth": NotRequired[str | None],
        "date_of_birth_precision": NotRequired["BirthPrecision"],
        "phone_number": NotRequired[str],
        "phone_extension": NotRequired[str],
        "second_phone_number": NotRequired[str],
        "second_phone_extension": NotRequired[str],
        "email": NotRequired[str],
        "address": NotRequired[str],
        "contact_by": NotRequired["ContactByEnum | BlankEnum"],
        "language": NotRequired["LanguageEnum | BlankEnum"],
        "needs_interpreter": NotRequired[bool],
        "next_of_kin": NotRequired[str],
        "status": NotRequired["PatientStatusEnum"],
        "status_on": NotRequired[str | None],
        "record_number": NotRequired[str],
        "identifiers": NotRequired[list["IdentifierRequest"]],
        "tags": NotRequired[list[str]],
        "version": NotRequired[int],
        "__typename": NotRequired[Literal['Patient']],
        "practitioner": NotRequired[Any],
        "latest_results": NotRequired[Any],
        "archived_at": NotRequired[str | None],
        "created_at": NotRequired[str],
        "updated_at": NotRequired[Any],
    },
)

PatchedWebhookRequest = TypedDict(
    "PatchedWebhookRequest",
    {
        "id": NotRequired[str],
        "name": NotRequired[str],
        "url": NotRequired[str],
        "events": NotRequired[list["WebhookEvent"]],
        "active": NotRequired[bool],
        "version": NotRequired[int],
        "__typename": NotRequired[Literal['Webhook']],
        "off_reason": NotRequired[Literal['person', 'failed', 'gone', 'restored', None]],
        "failing_since": NotRequired[str | None],
        "secret": NotRequired[str | None],
        "secret_since": NotRequired[str],
        "earlier_until": NotRequired[str | None],
        "created_at": NotRequired[str],
    },
)

Patient = TypedDict(
    "Patient",
    {
        "__typename": Literal['Patient'],
        "id": str,
        "user": NotRequired[str | None],
        "practitioner": NotRequired[str | None],
        "full_name": NotRequired[str],
        "family_name": NotRequired[str],
        "preferred_name": NotRequired[str],
        "other_names": NotRequired[str],
        "gender": NotRequired["Gender"],
        "sex": NotRequired["SexEnum | BlankEnum"],
        "date_of_birth": NotRequired[str | None],
        "date_of_birth_precision": NotRequired["BirthPrecision"],
        "phone_number": NotRequired[str],
        "phone_extension": NotRequired[str],
        "second_phone_number": NotRequired[str],
        "second_phone_extension": NotRequired[str],
        "email": NotRequired[str],
        "address": NotRequired[str],
        "contact_by": NotRequired["ContactByEnum | BlankEnum"],
        "language": NotRequired["LanguageEnum | BlankEnum"],
        "needs_interpreter": NotRequired[bool],
        "next_of_kin": NotRequired[str],
        "status": NotRequired["PatientStatusEnum"],
        "status_on": NotRequired[str | None],
        "record_number": NotRequired[str],
        "identifiers": NotRequired[list["Identifier"]],
        "tags": NotRequired[list[str]],
        "latest_results": NotRequired["list[LatestResult] | None"],
        "archived_at": NotRequired[str | None],
        "created_at": NotRequired[str],
        "updated_at": NotRequired[str],
        "version": NotRequired[int],
    },
)

PatientAnswer = TypedDict(
    "PatientAnswer",
    {
        "meta": dict[str, Any],
        "results": "Patient",
    },
)

PatientList = TypedDict(
    "PatientList",
    {
        "meta": dict[str, Any],
        "results": list["Patient"],
    },
)

PatientRequest = TypedDict(
    "PatientRequest",
    {
        "id": NotRequired[str],
        "user": NotRequired[str | None],
        "full_name": str,
        "family_name": NotRequired[str],
        "preferred_name": NotRequired[str],
        "other_names": NotRequired[str],
        "gender": "Gender",
        "sex": NotRequired["SexEnum | BlankEnum"],
        "date_of_birth": str | None,
        "date_of_birth_precision": NotRequired["BirthPrecision"],
        "phone_number": NotRequired[str],
        "phone_extension": NotRequired[str],
        "second_phone_number": NotRequired[str],
        "second_phone_extension": NotRequired[str],
        "email": NotRequired[str],
        "address": NotRequired[str],
        "contact_by": NotRequired["ContactByEnum | BlankEnum"],
        "language": NotRequired["LanguageEnum | BlankEnum"],
        "needs_interpreter": NotRequired[bool],
        "next_of_kin": NotRequired[str],
        "status": NotRequired["PatientStatusEnum"],
        "status_on": NotRequired[str | None],
        "record_number": NotRequired[str],
        "identifiers": NotRequired[list["IdentifierRequest"]],
        "tags": NotRequired[list[str]],
        "version": NotRequired[int],
        "__typename": NotRequired[Literal['Patient']],
        "practitioner": NotRequired[Any],
        "latest_results": NotRequired[Any],
        "archived_at": NotRequired[str | None],
        "created_at": NotRequired[str],
        "updated_at": NotRequired[Any],
    },
)

type PatientStatusEnum = Literal['active', 'discharged', 'deceased']

type PermissionsEnum = Literal['patients.view', 'patients.edit', 'patients.merge', 'patients.import', 'assessments.view', 'assessments.edit', 'answers.view', 'alerts.view', 'lists.export', 'trail.view', 'people.manage', 'clients.manage', 'webhooks.manage', 'clinic.manage']

Practitioner = TypedDict(
    "Practitioner",
    {
        "__typename": Literal['Practitioner'],
        "id": str,
        "name": NotRequired[str],
        "active": NotRequired[bool],
    },
)

PractitionerAnswer = TypedDict(
    "PractitionerAnswer",
    {
        "meta": dict[str, Any],
        "results": "Practitioner",
    },
)

PractitionerList = TypedDict(
    "PractitionerList",
    {
        "meta": dict[str, Any],
        "results": list["Practitioner"],
    },
)

Question = TypedDict(
    "Question",
    {
        "__typename": Literal['Question'],
        "question": str,
        "answer": str,
    },
)

QuestionRequest = TypedDict(
    "QuestionRequest",
    {
        "question": str,
        "answer": NotRequired[str],
        "__typename": NotRequired[Literal['Question']],
    },
)

type Record = "Patient | Assessment | Webhook"

RenewalRequest = TypedDict(
    "RenewalRequest",
    {
        "id": NotRequired[str],
    },
)

Request = TypedDict(
    "Request",
    {
        "__typename": Literal['Request'],
        "id": str,
        "patient": NotRequired[str],
        "user": NotRequired[str],
        "instrument": NotRequired[str],
        "instrument_version": NotRequired[str],
        "title": NotRequired[str],
        "language": NotRequired[str],
        "state": NotRequired["RequestState"],
        "assessment": NotRequired[str | None],
        "asks_for": NotRequired["AsksForEnum"],
        "link": NotRequired[str | None],
        "code": NotRequired[str | None],
        "expires_at": NotRequired[str],
        "opened_at": NotRequired[str | None],
        "ended_at": NotRequired[str | None],
        "created_at": NotRequired[str],
        "created_by": NotRequired[str],
    },
)

RequestAnswer = TypedDict(
    "RequestAnswer",
    {
        "meta": dict[str, Any],
        "results": "Request",
    },
)

RequestEcho = TypedDict(
    "RequestEcho",
    {
        "method": str,
        "path": str,
        "params": dict[str, str | list[str]],
    },
)

RequestList = TypedDict(
    "RequestList",
    {
        "meta": dict[str, Any],
        "results": list["Request"],
    },
)

type RequestState = Literal['sent', 'opened', 'answering', 'done', 'expired', 'revoked', 'locked']

Revision = TypedDict(
    "Revision",
    {
        "__typename": Literal['Revision'],
        "at": NotRequired[str],
        "by": NotRequired[str],
        "reason": NotRequired[str],
        "before": NotRequired[dict[str, Any]],
    },
)

RevisionList = TypedDict(
    "RevisionList",
    {
        "meta": dict[str, Any],
        "results": list["Revision"],
    },
)

RiskAlert = TypedDict(
    "RiskAlert",
    {
        "__typename": Literal['RiskAlert'],
        "id": str,
        "rule": str,
        "text": str,
        "severity": int,
        "raised_at": str,
        "raised_by": str,
        "channel": "ChannelEnum",
        "answered_by": str,
        "acknowledged_at": str | None,
        "acknowledged_by": str,
        "note": str,
    },
)

RotationRequest = TypedDict(
    "RotationRequest",
    {
        "end_earlier": NotRequired[bool],
    },
)

RowError = TypedDict(
    "RowError",
    {
        "__typename": Literal['Error'],
        "code": str,
        "fields": dict[str, list[str]],
        "codes": NotRequired[dict[str, list[Literal['unknown', 'together', 'read_only', 'day', 'max_digits', 'max_decimal_places', 'asker', 'server']]]],
        "message": str,
        "current": NotRequired["Record"],
        "existing": NotRequired[str],
    },
)

Schedule = TypedDict(
    "Schedule",
    {
        "__typename": Literal['Schedule'],
        "id": str,
        "patient": NotRequired[str],
        "instrument": NotRequired[str],
        "title": NotRequired[str],
        "every": NotRequired[int],
        "every_unit": NotRequired["ScheduleUnit"],
        "then_every": NotRequired[int | None],
        "then_unit": NotRequired[Literal['days', 'weeks', 'months', 'years', None]],
        "starts_on": NotRequired[str],
        "next_due_on": NotRequired[str],
        "last_done_on": NotRequired[str | None],
        "unscored_on": NotRequired[str | None],
        "ended_on": NotRequired[str | None],
        "created_at": NotRequired[str],
    },
)

ScheduleAnswer = TypedDict(
    "ScheduleAnswer",
    {
        "meta": dict[str, Any],
        "results": "Schedule",
    },
)

ScheduleList = TypedDict(
    "ScheduleList",
    {
        "meta": dict[str, Any],
        "results": list["Schedule"],
    },
)

type ScheduleUnit = Literal['days', 'weeks', 'months', 'years']

type SexEnum = Literal['female', 'male', 'other', 'unknown']

type SexesEnum = Literal['female', 'male', 'other', 'unknown']

Subscale = TypedDict(
    "Subscale",
    {
        "__typename": Literal['Subscale'],
        "code": str,
        "title": str,
        "score": float | None,
        "score_range": list[float],
        "count": int,
        "met": bool | None,
    },
)

type TablesEnum = Literal['patients', 'assessments', 'answers']

Token = TypedDict(
    "Token",
    {
        "access_token": str,
        "token_type": Literal['Bearer'],
        "expires_in": int,
        "scope": str,
    },
)

Warning = TypedDict(
    "Warning",
    {
        "__typename": Literal['Warning'],
        "code": Literal['possible_duplicate'],
        "patient": str,
        "score": float,
        "grade": "WarningGradeEnum",
        "reasons": list[str],
    },
)

type WarningGradeEnum = Literal['certain', 'probable']

Webhook = TypedDict(
    "Webhook",
    {
        "__typename": Literal['Webhook'],
        "id": str,
        "name": NotRequired[str],
        "url": NotRequired[str],
        "events": NotRequired[list["WebhookEvent"]],
        "active": NotRequired[bool],
        "off_reason": NotRequired[Literal['person', 'failed', 'gone', 'restored', None]],
        "failing_since": NotRequired[str | None],
        "secret": NotRequired[str | None],
        "secret_since": NotRequired[str],
        "earlier_until": NotRequired[str | None],
        "created_at": NotRequired[str],
        "version": NotRequired[int],
    },
)

WebhookAnswer = TypedDict(
    "WebhookAnswer",
    {
        "meta": dict[str, Any],
        "results": "Webhook",
    },
)

type WebhookEvent = Literal['assessment.completed', 'alert.raised', 'patient.changed', 'request.answered']

WebhookList = TypedDict(
    "WebhookList",
    {
        "meta": dict[str, Any],
        "results": list["Webhook"],
    },
)

WebhookRequest = TypedDict(
    "WebhookRequest",
    {
        "id": NotRequired[str],
        "name": str,
        "url": str,
        "events": list["WebhookEvent"],
        "active": NotRequired[bool],
        "version": NotRequired[int],
        "__typename": NotRequired[Literal['Webhook']],
        "off_reason": NotRequired[Literal['person', 'failed', 'gone', 'restored', None]],
        "failing_since": NotRequired[str | None],
        "secret": NotRequired[str | None],
        "secret_since": NotRequired[str],
        "earlier_until": NotRequired[str | None],
        "created_at": NotRequired[str],
    },
)
