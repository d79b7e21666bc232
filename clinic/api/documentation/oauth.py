"""Where programs get their tokens, in the document. The shapes are OAuth's own (RFC 6749, 7009 and 8414)."""

from typing import Any

from clinic.access import SCOPE_PERMISSIONS
from clinic.api.documentation.headers import OF_REFUSALS
from clinic.api.documentation.shapes import TEXT, Schema, object_of, ref

TAG = "OAuth"
BASIC: Schema = {
    "type": "http",
    "scheme": "basic",
    "description": "The id and the secret of a program; both may be sent in the body instead.",
}
GRANT, ANY_TEXT = "client_credentials", {**TEXT, "maxLength": 1000}
CREDENTIALS: Schema = {
    "client_id": {**ANY_TEXT, "description": "Where it is not sent as HTTP Basic."},
    "client_secret": {**ANY_TEXT, "description": "Where it is not sent as HTTP Basic."},
}
SCOPE: Schema = {**TEXT, "description": "Scopes with a space between them."}
OBJECTS: Schema = {
    "Token": object_of(
        {
            "access_token": {**TEXT, "examples": ["dihN1SfYcGq5rMRS0XVQbS0zFHJzL7"]},
            "token_type": {**TEXT, "const": "Bearer"},
            "expires_in": {"type": "integer", "description": "Seconds.", "examples": [3600]},
            "scope": {**SCOPE, "examples": ["read"]},
        },
        description="What opens the API for an hour.",
    ),
    "OAuthError": object_of(
        {"error": {**TEXT, "description": "Stable; for programs."}, "error_description": TEXT},
        description="Why no token was given, or none taken back.",
    ),
    "AuthorizationServer": object_of(
        {
            "issuer": TEXT,
            "token_endpoint": TEXT,
            "revocation_endpoint": TEXT,
            "grant_types_supported": {"type": "array", "items": {**TEXT, "const": GRANT}},
            "scopes_supported": {"type": "array", "items": {**TEXT, "enum": list(SCOPE_PERMISSIONS)}},
        },
        description="Where tokens are asked for, and how (RFC 8414); it says more than this.",
    ),
}
REFUSALS = {
    "400": "What was sent is not what is asked for: `invalid_request`, `unsupported_grant_type`, `invalid_scope`.",
    "401": "No program is let in with this id and secret: `invalid_client`.",
    "413": "The request is too large: `invalid_request`.",
    "429": "Asked too often, or with too many wrong secrets: `temporarily_unavailable`.",
}


def _post(name: str, summary: str, description: str, form: Schema, required: list[str], done: Schema) -> Schema:
    body = {"type": "object", "properties": {**form, **CREDENTIALS}, "required": required}
    refused = {
        status: {"description": said, "content": _json("OAuthError"), "headers": OF_REFUSALS.get(status, {})}
        for status, said in REFUSALS.items()
    }
    return {
        "operationId": f"oauth_{name}",
        "summary": summary,
        "description": description,
        "tags": [TAG],
        "security": [{"program": []}, {}],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": body}}},
        "responses": {"200": done, **refused},
    }


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": ref(name)}}


PATHS: Schema = {
    "/o/token/": {
        "post": _post(
            "token",
            "Ask for a token",
            "Gives a program a token for an hour, with the scopes that it asks for, or all that it was given.",
            {"grant_type": {**TEXT, "const": GRANT}, "scope": {**SCOPE, "maxLength": 1000}},
            ["grant_type"],
            {"description": "The token.", "content": _json("Token")},
        )
    },
    "/o/revoke_token/": {
        "post": _post(
            "revoke",
            "Give a token back",
            "Ends a token of the program that asks; one of another, or none, is answered the same.",
            {"token": {**ANY_TEXT, "minLength": 1}, "token_type_hint": ANY_TEXT},
            ["token"],
            {"description": "The token opens nothing any more."},
        )
    },
    "/.well-known/oauth-authorization-server": {
        "get": {
            "operationId": "oauth_metadata",
            "summary": "Read how tokens are asked for",
            "description": "Where tokens are asked for, and how (RFC 8414).",
            "tags": [TAG],
            "security": [{}],
            "responses": {"200": {"description": "What there is.", "content": _json("AuthorizationServer")}},
        }
    },
}


def add_oauth(result: Schema) -> None:
    result["paths"] |= PATHS
    result["components"]["schemas"] |= OBJECTS
    result["components"]["securitySchemes"]["program"] = BASIC
