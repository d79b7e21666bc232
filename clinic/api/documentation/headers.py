"""Headers that programs may send, and those that they get."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Any text of yours, a new one for each change. The same change sent again with it, as after an answer "
    "that was lost, is not done twice and is answered with the record as it is; other content is refused with 409 "
    "`key_taken`. Known for seven days. The `id` of what is created does the same, with `id_taken`.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that was read: refused with 412 where the record has another version by now.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that was read: answered with 304 and nothing more where the record is still the same.",
)
TEXT: dict[str, Any] = {"schema": {"type": "string"}}
ETAG = {"ETag": {**TEXT, "description": "What was read, for If-Match and If-None-Match."}}
LOCATION = {"Location": {**TEXT, "description": "The address of the record."}}
OF_ARCHIVE = {
    "Repr-Digest": {**TEXT, "description": "The archive's SHA-256 (RFC 9530), to see that it came whole."},
    "Content-Disposition": {**TEXT, "description": "The archive's name."},
}
LINK = {"Link": {**TEXT, "description": "The next and the previous page (RFC 8288); left out where there are none."}}
LIMITS = {
    "RateLimit-Policy": {
        **TEXT,
        "description": 'To programs: so many requests in so many seconds, `"api";q=9;w=60`.',
    },
    "RateLimit": {
        **TEXT,
        "description": 'To programs: so many are left for so many seconds, `"api";r=5;t=42`.',
    },
}
REQUEST_ID = {
    "X-Request-Id": {**TEXT, "description": "What our logs and trail call this request: yours, where you sent one."}
}
# Headers of refusals by their status, besides those that all answers have.
OF_REFUSALS: dict[str, dict[str, Any]] = {
    "301": LOCATION,
    "401": {"WWW-Authenticate": {**TEXT, "description": "That a bearer token opens it (RFC 6750)."}},
    "429": {"Retry-After": {"schema": {"type": "integer"}, "description": "In how many seconds to ask again."}},
}
