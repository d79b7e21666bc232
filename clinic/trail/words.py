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
    "created": "Made",
    "changed": "Changed",
    "archived": "Archived",
    "restored": "Restored",
}
# What is said in words of its own, by its action.
SENTENCES = {
    "access.refused": "Was refused",
    "account.signed_in": "Signed in",
    "account.signed_out": "Signed out",
    "account.password_wrong": "Wrong password for the account",
    "account.code_wrong": "Wrong code for the account",
    "account.password_changed": "Changed the password",
    "account.password_reset": "Chose a new password by mail",
    "account.app_added": "Switched an authenticator app on",
    "account.app_removed": "Switched an authenticator app off",
    "account.passkey_added": "Added a passkey",
    "account.passkey_removed": "Removed a passkey",
    "account.recovery_codes_made": "Made recovery codes",
    "handover.begun": "Gave a device to the patient",
    "handover.left": "Took the device back",
    "careteammember.added": "Named somebody for the care team",
    "careteammember.removed": "Took somebody from the care team",
    "emergencyaccess.begun": "Opened a hidden record in an emergency",
    "emergencyaccess.reviewed": "Reviewed an emergency access",
    "api_client.created": "Registered a program",
    "api_client.secret_added": "Gave a program another secret",
    "api_client.secret_ended": "Ended a program's earlier secret",
    "api_client.disabled": "Disabled a program",
    "api_client.enabled": "Enabled a program",
    "api_client.last_day_set": "Set a program's last day",
    "api_client.token_issued": "Got a token",
    "api_client.token_revoked": "Gave a token back",
    "api_client.secret_refused": "Was refused: wrong secret",
    "member.invited": "Invited somebody",
    "member.invitation_revoked": "Took an invitation back",
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
}

# What people call a page, by the name of its address; a list's says itself in what was done.
PAGES = {
    "patients:list": "",
    "patients:recent": "recently opened",
    "patients:detail": "details",
    "patients:edit": "form",
    "patients:history": "history",
    "care:team": "care team",
    "assessments:list": "",
    "assessments:alerts": "",
    "assessments:due": "",
    "assessments:detail": "",
    "assessments:edit": "form",
    "assessments:new": "new assessment",
    "assessments:answer": "questionnaire",
    "assessments:amend": "correction",
    "assessments:for_patient": "assessments",
    "assessments:trend": "trend",
    "assessments:alerts_of": "alerts",
    "assessments:episode_correct": "correction",
    "answer:request_new": "new link",
    "answer:request": "",
    "answer:device": "on a shared device",
    "lists:job": "",
    "lists:job_file": "",
    "trail:list": "",
    "trail:patient": "who looked",
    "trail:unusual": "unusual reading",
    "trail:emergencies": "emergency access",
}


def what_text(event: AuditEvent) -> str:
    """What was done, and to what kind of record: "Opened: patient", "Searched: patients"."""
    if event.action in SENTENCES:
        return SENTENCES[event.action]
    verb = event.action.rpartition(".")[2]
    done = VERBS.get(verb, verb.replace("_", " ").capitalize())
    return f"{done}: {THINGS.get(event.record_type, event.record_type)}"


def details_text(event: AuditEvent) -> str:
    """Which page it was, what was narrowed and how many rows there were, or which fields changed."""
    changes: dict[str, Any] = event.changes
    if event.action == "access.refused":
        return str(changes.get("page", "")).replace(":", " ").replace("_", " ")
    if event.action.startswith("api_client."):
        return str(changes.get("name", ""))
    if event.action.startswith("account."):
        _, device = changes.get("device", ("", ""))
        return "; ".join(filter(None, [device, event.address]))
    if event.is_reading:
        narrowed = changes.get("query", {})
        parts = [_page(changes.get("page", "")), _rows(changes.get("rows"))]
        parts += [f"“{text}”" for text in narrowed.get("q", [])]
        parts += [f"{name} {', '.join(values)}" for name, values in narrowed.items() if name != "q"]
        return "; ".join(filter(None, parts))
    if event.action.endswith(".created"):
        return ""
    return ", ".join(name.replace("_", " ") for name in changes)


def _page(name: str) -> str:
    return "by the API" if name.startswith("api:") else PAGES.get(name, name)


def _rows(count: int | None) -> str:
    return "" if count is None else f"{count} row{'' if count == 1 else 's'}"
