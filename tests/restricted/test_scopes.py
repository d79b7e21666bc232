"""Whoever opens a clinic's scope says whose patients it sees, or stands here with why it sees everybody's."""

import ast

from tests.test_conventions import MODULES, ROOT, relative

EVERYBODY = {
    "clinic/tenancy/work/recurring.py": "work that recurs is the clinic's",
    "clinic/audit/middleware.py": "writes who was refused what",
    "clinic/audit/seals.py": "seals the trail",
    "clinic/api/actions.py": "writes the trail of a program",
    "clinic/api/exports/work.py": "the day of a file, and which instruments it has answers of",
    "clinic/api/programs/refusals.py": "writes the trail of a program",
    "clinic/api/programs/validator.py": "writes the trail of a program",
    "clinic/api/management/commands/api_clients.py": "an operator's command",
    "clinic/assessments/reviews/mails.py": "how many wait, in a mail without patients",
    "clinic/assessments/management/commands/remove_member.py": "an operator's command",
    "clinic/assessments/alerts/mails.py": "tells a patient's practitioner",
    "clinic/assessments/selfreport/link_views.py": "a patient answers by their own link",
    "clinic/binning/purging.py": "the whole clinic's bin",
    "clinic/binning/management/commands/purge_bin.py": "an operator's command",
    "clinic/patients/management/commands/match_patients.py": "an operator's command",
    "clinic/staff/management/commands/invite.py": "an operator's command",
    "clinic/staff/management/commands/verify_audit.py": "an operator's command",
    "clinic/staff/actions.py": "a member's practitioner",
    "clinic/staff/backups/restoring.py": "the whole clinic",
    "clinic/staff/backups/writing.py": "the whole clinic",
    "clinic/staff/account/actions.py": "one's own name in each clinic",
    "clinic/staff/account/events.py": "what happens to one's own account",
    "clinic/staff/clinics.py": "the whole clinic",
    "clinic/staff/lost_factors.py": "what happens to a member's account",
    "clinic/staff/invitations/joining.py": "a new member",
    "clinic/staff/invitations/printed.py": "an invitation",
    "clinic/imports/content.py": "the pieces of a file that was sent",
    "clinic/imports/errorfile.py": "what is wrong with a file that was sent",
    "clinic/imports/work/steps.py": "an operator's command",
    "clinic/imports/management/commands/import_patients.py": "an operator's command",
    "clinic/imports/management/commands/import_assessments.py": "an operator's command",
    "clinic/assessments/management/commands/courses.py": "an operator's command",
    "clinic/lists/jobs/exports.py": "the name of a file",
    "clinic/lists/running.py": "a job's own row, before and after its work, and the pieces of its file",
    "clinic/lists/tasks.py": "a job's own row",
    "clinic/webhooks/delivering.py": "tells programs ids, whoever's the patients are",
    "clinic/demo/actions.py": "demo data",
}
SEEING = {
    "clinic/accounts/middleware.py",
    "clinic/api/exports/work.py",
    "clinic/patients/care/views.py",
    "clinic/lists/jobs/exports.py",
    "clinic/lists/running.py",
}


def scopes(path) -> list[bool]:
    """Of each scope that a module opens, whether it says whose patients it sees."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    opened = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "clinic_scope"]
    return [any(keyword.arg == "seen_by" for keyword in call.keywords) for call in opened]


def test_every_scope_says_whose_patients_it_sees():
    ours = {relative(path): scopes(path) for path in MODULES if path.is_relative_to(ROOT / "clinic")}
    assert {name for name, found in ours.items() if False in found} == set(EVERYBODY)
    assert {name for name, found in ours.items() if True in found} == SEEING
