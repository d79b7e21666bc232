"""What an event of the trail says, in words for people."""

from typing import Any

from clinic.audit.models import AuditEvent

# What happened, by what stands behind the point of an action; what is not here is said as it is written.
VERBS = {
    "viewed": "Opened",
    "listed": "Saw a list",
    "searched": "Searched",
    "exported": "Took a list as a file",
    "downloaded": "Downloaded a file",
    "refused": "Was refused",
    "created": "Made",
    "changed": "Changed",
    "archived": "Archived",
    "restored": "Restored",
}
THINGS = {
    "answerrequest": "link for a patient",
    "riskalert": "alert",
    "plan": "schedule",
    "owninstrument": "own instrument",
    "instrumentsettings": "settings of instruments",
    "clinicsettings": "settings of the clinic",
    "savedview": "view",
    "user": "member",
    "access": "",
}


def what_text(event: AuditEvent) -> str:
    """What was done, and to what kind of record: "Opened: patient", "Searched: patients"."""
    verb = event.action.rpartition(".")[2]
    done = VERBS.get(verb, verb.replace("_", " ").capitalize())
    thing = THINGS.get(event.record_type, event.record_type)
    return f"{done}: {thing}" if thing else done


def details_text(event: AuditEvent) -> str:
    """What was narrowed, how many rows there were, or which fields changed."""
    changes = event.changes
    if "query" in changes or "rows" in changes:
        narrowed = [f"{name} {', '.join(values)}" for name, values in changes.get("query", {}).items()]
        rows = changes.get("rows")
        count = [] if rows is None else [f"{rows} row{'' if rows == 1 else 's'}"]
        return "; ".join([*count, *narrowed])
    if event.is_reading or event.action == "access.refused":
        return str(changes.get("page", ""))
    return ", ".join(_change(name, value) for name, value in changes.items())


def _change(name: str, value: Any) -> str:
    """A field that changed, without its values: those are on the record's own history."""
    return name.replace("_", " ")
