"""What every operation of the OpenAPI document shares: the envelope, pages, refusals, rows of many."""

from clinic.api.documentation.examples import EXAMPLES
from clinic.api.documentation.shapes import LINK, TEXT, WARNING, Schema, object_of, ref, union_of
from clinic.lists.reading.listing import CAP, FEW
from clinic.text.faults import MEANINGS, Fault

CODES: Schema = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {**TEXT, "enum": list(Fault)}},
    "description": "Of what no schema says, by field: "
    + "; ".join(f"`{code}`: {MEANINGS[code]}" for code in Fault)
    + ".",
}
VERSIONED = ("Patient", "Assessment", "Webhook")


def meta_of(*, success: bool, paged: bool = False) -> Schema:
    properties = {
        "success": {"type": "boolean", "description": f"Here {str(success).lower()}."},
        "message": {**TEXT, "description": "A sentence for people; may be empty."},
        "request": ref("RequestEcho"),
    }
    if success and not paged:
        properties["warnings"] = {"type": "array", "items": ref("Warning"), "description": "Left out without any."}
    return object_of(properties | ({"pagination": ref("Pagination")} if paged else {}), optional=("warnings",))


ENVELOPE: Schema = {
    "RequestEcho": object_of(
        {
            "method": TEXT,
            "path": TEXT,
            "params": {
                "type": "object",
                "additionalProperties": {"anyOf": [TEXT, {"type": "array", "items": TEXT}]},
            },
        },
        description="The request as it was understood.",
    ),
    "Pagination": object_of(
        {
            "count": {
                "type": ["integer", "null"],
                "minimum": 0,
                "description": f"How many there are in all. Null, but with `count=exact`, above {CAP}, above {FEW} "
                "where filters and order make the way to more a long one, and where a search of very many records "
                "filled the page with what it looks at first.",
            },
            "count_at_least": {
                "type": "integer",
                "description": "Only where `count` is null: so many there are, and maybe more.",
            },
            "next": LINK,
            "previous": LINK,
            "after": {**TEXT, "description": "Of changes: what `after` takes to read on, now or later."},
        },
        optional=("count_at_least", "after"),
        description="How many there are in all, and the pages beside this one.",
    ),
    "Warning": WARNING,
    "Record": union_of(VERSIONED),
    "Error": object_of(
        {
            "__typename": {**TEXT, "const": "Error"},
            "code": {**TEXT, "description": "Stable; for programs."},
            "fields": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": TEXT},
                "description": "The fields or parameters at fault. A name with points leads into a list.",
            },
            "codes": CODES,
            "current": {**ref("Record"), "description": "With `conflict`: the record as it is now."},
            "existing": {
                **TEXT,
                "format": "uuid",
                "description": "With `name_taken` and `id_taken`: the id of the record that has the name or the id.",
            },
            "request_id": {**TEXT, "description": "From 500 on: the number to tell whoever looks after this clinic."},
        },
        optional=("codes", "current", "existing", "request_id"),
    ),
    "BulkRow": object_of(
        {
            "__typename": {**TEXT, "const": "BulkRow"},
            "row": {
                "type": "integer",
                "minimum": 0,
                "description": "Its place in the request, from 0.",
                "examples": [0],
            },
            "status": {
                "type": "integer",
                "description": "What the row would be answered by itself.",
                "examples": [201],
            },
            "id": {
                "type": ["string", "null"],
                "format": "uuid",
                "description": "Of the record; null where refused.",
                "examples": [EXAMPLES["Patient"]["id"]],
            },
            "version": {"type": ["integer", "null"], "examples": [1]},
            "error": {**ref("RowError"), "description": "Left out where the row was saved; else nothing of it was."},
            "warnings": {"type": "array", "items": ref("Warning"), "examples": [[]]},
        },
        optional=("error",),
    ),
    "RowError": object_of(
        {
            "__typename": {**TEXT, "const": "Error"},
            "code": {**TEXT, "description": "Stable; for programs."},
            "fields": {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}},
            "codes": CODES,
            "message": {**TEXT, "description": "A sentence for people."},
            "current": {**ref("Record"), "description": "With `conflict`: the record as it is now."},
            "existing": {**TEXT, "format": "uuid", "description": "With `name_taken` and `id_taken`."},
        },
        optional=("codes", "current", "existing"),
    ),
    "Failure": object_of(
        {
            "meta": meta_of(success=False),
            "results": {"type": ["object", "null"], "maxProperties": 0, "description": "Null."},
            "error": ref("Error"),
        },
        description="Whatever was refused, and why.",
    ),
}
