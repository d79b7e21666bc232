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
    "merged": "Merged",
    "unmerged": "Took apart",
    "put_off": "Put off for today",
    "brought_back": "Brought back to today",
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
    "alert.acknowledged": "Acknowledged an alert",
    "alert.reopened": "Took back that an alert was acknowledged",
    "report.kept": "Kept a report of the outcomes",
    "report.removed": "Took a kept report back",
    "assessment.reviewed": "Reviewed a result",
    "assessment.review_taken_back": "Took the review of a result back",
    "contactnote.created": "Wrote a note",
    "contactnote.amended": "Amended a note",
    "contactnote.struck_out": "Struck out a note",
    "careteammember.added": "Named somebody for the care team",
    "careteammember.removed": "Took somebody from the care team",
    "photo.changed": "Changed a patient's photo",
    "photo.removed": "Removed a patient's photo",
    "listmember.added": "Put a patient on a list",
    "listmember.removed": "Took a patient off a list",
    "duplicatepair.refused": "Said that two patients are two people",
    "duplicatepair.reopened": "Took back that two patients are two people",
    "emergencyaccess.begun": "Opened a hidden record in an emergency",
    "emergencyaccess.ended": "Ended an emergency access",
    "emergencyaccess.missed": "Looked for a hidden record in an emergency, and found none",
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
    "webhook.created": "Registered a webhook",
    "webhook.changed": "Changed a webhook",
    "webhook.secret_added": "Gave a webhook another secret",
    "webhook.secret_ended": "Ended a webhook's earlier secret",
    "webhook.switched_off": "Switched a webhook off",
    "webhook.switched_on": "Switched a webhook on",
    "webhook.sent_again": "Had something sent again to a webhook",
    "webhook.deleted": "Deleted a webhook",
    "import.begun": "Sent a file to be brought in",
    "import.written": "Brought in a file",
    "import.undone": "Took a file back",
    "import.viewed": "Opened a file that was sent",
    "import.downloaded": "Took the rows of a file that are to be corrected",
    "patient.binned": "Put a patient into the bin",
    "patient.unbinned": "Put a patient back from the bin",
    "patient.purged": "Removed a patient from the bin for good",
    "patient.removed": "Took back a patient whom a file had brought",
    "assessment.removed": "Took back an assessment that a file had brought",
    "assessment.answered_by": "Noted who answered, as a file said",
    "member.invited": "Invited somebody",
    "member.invitation_revoked": "Took an invitation back",
}
THINGS = {
    "answerrequest": "link for a patient",
    "riskalert": "alert",
    "plan": "schedule",
    "contactnote": "note",
    "owninstrument": "own instrument",
    "instrumentsettings": "settings of instruments",
    "clinicsettings": "settings of the clinic",
    "savedview": "view",
    "report": "kept report",
    "patientlist": "list",
    "user": "member",
}

# What people call a page, by the name of its address; a list's says itself in what was done.
PAGES = {
    "patients:list": "",
    "home": "",
    "assessments:today": "",
    "patients:recent": "recently opened",
    "finding:find": "from everywhere",
    "duplicates:list": "possible duplicates",
    "duplicates:similar": "beside the form",
    "patients:detail": "",
    "patients:details": "details",
    "assessments:summary": "summary",
    "reviews:list": "",
    "outcomes:page": "",
    "reports:print": "one sheet",
    "reports:detail": "",
    "reviews:mark": "results to review",
    "reviews:undo": "results to review",
    "patients:edit": "form",
    "patients:history": "history",
    "photos:photo": "",
    "photos:change": "photo",
    "care:team": "care team",
    "hand_picked:of_patient": "lists",
    "merging:merge": "merging",
    "merging:unmerge": "taking apart",
    "binning:list": "bin",
    "binning:detail": "in the bin",
    "binning:restore": "in the bin",
    "binning:bin": "into the bin",
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
    "assessments:timeline": "timeline",
    "assessments:note_new": "new note",
    "assessments:note": "",
    "assessments:note_amend": "amendment",
    "assessments:note_strike": "striking out",
    "assessments:alerts_of": "alerts",
    "assessments:episode_correct": "correction",
    "answer:request_new": "new link",
    "answer:request": "",
    "answer:device": "on a shared device",
    "imports:detail": "",
    "imports:errors": "",
    "assessment_imports:detail": "",
    "assessment_imports:errors": "",
    "lists:job": "",
    "lists:job_file": "",
    "trail:list": "",
    "trail:patient": "who looked",
    "trail:unusual": "unusual reading",
    "trail:wrong_patient": "noticed mix-ups",
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


def request_text(event: AuditEvent) -> str:
    """By what a program's own logs know the request, and the trace that it was part of."""
    trace = f"trace {event.trace_id}" if event.trace_id else ""
    return " ".join(filter(None, [event.request_id, trace]))


def _page(name: str) -> str:
    return "by the API" if name.startswith("api:") else PAGES.get(name, name)


def _rows(count: int | None) -> str:
    return "" if count is None else f"{count} row{'' if count == 1 else 's'}"
