"""What each status of a refusal means, for every operation."""

REFUSALS = {
    "301": "This record was merged into another: `error.fields.merged_into` is its id, `Location` its address.",
    "400": "The request cannot be accepted; `error.fields` says why.",
    "401": "Nobody is signed in, and there is no valid token.",
    "403": "The role or the token's scope does not include this, or the CSRF token is missing.",
    "404": "This clinic has no such record, or it is archived; or there is no such page.",
    "409": "Someone was there before: `conflict`, `name_taken`, `merged`, or `id_taken` and `key_taken` where the same "
    "id or key came with other content; or a session is in another clinic.",
    "412": "If-Match names another version than the record has now: `precondition_failed`; it is in `error.current`.",
    "413": "The body is larger than one megabyte.",
    "415": "The body is not application/json, or it is compressed.",
    "429": "This program asks too often; `Retry-After` says in how many seconds it is answered again.",
}
