"""Who may do what: permissions, the roles that hold them, and the marks that views carry."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


class Permission(StrEnum):
    PATIENTS_VIEW = "patients.view"
    PATIENTS_EDIT = "patients.edit"
    PATIENTS_MERGE = "patients.merge"
    PATIENTS_IMPORT = "patients.import"
    ASSESSMENTS_VIEW = "assessments.view"
    ASSESSMENTS_EDIT = "assessments.edit"
    ANSWERS_VIEW = "answers.view"
    ALERTS_VIEW = "alerts.view"
    LISTS_EXPORT = "lists.export"
    TRAIL_VIEW = "trail.view"
    PEOPLE_MANAGE = "people.manage"
    CLIENTS_MANAGE = "clients.manage"
    WEBHOOKS_MANAGE = "webhooks.manage"
    CLINIC_MANAGE = "clinic.manage"


class Role(StrEnum):
    OWNER = "owner"
    CLINICIAN = "clinician"
    FRONT_DESK = "front_desk"
    AUDITOR = "auditor"


# What each permission is called where people read about roles, and what belongs to it.
PERMISSION_WORDS = {
    Permission.PATIENTS_VIEW: (
        "See patients",
        "Names, dates of birth, telephone numbers, addresses, practitioners.",
    ),
    Permission.PATIENTS_EDIT: ("Register and change patients", "Archive them and assign them to others, too."),
    Permission.PATIENTS_MERGE: ("Merge patients", "Two records of one person into one, and apart again."),
    Permission.PATIENTS_IMPORT: ("Bring in files of patients", "Many at once, and take such a file back."),
    Permission.ASSESSMENTS_VIEW: ("See assessments", "Scores, trends, what is due, the instruments."),
    Permission.ANSWERS_VIEW: ("See answers", "What was answered, question by question; notes of contacts."),
    Permission.ASSESSMENTS_EDIT: ("Assess patients", "Questionnaires, links, schedules, episodes; acknowledge alerts."),
    Permission.ALERTS_VIEW: ("See alerts", "Who gave an answer that needs action, and what was done about it."),
    Permission.LISTS_EXPORT: ("Take lists as files", "As CSV and XLSX, a whole list with one click."),
    Permission.TRAIL_VIEW: ("Read the trail", "Who looked at a record or changed it, and when."),
    Permission.PEOPLE_MANAGE: ("Look after people", "Invite colleagues, change their roles, remove them."),
    Permission.CLIENTS_MANAGE: ("Look after programs", "Which programs use the record, and what each may do."),
    Permission.WEBHOOKS_MANAGE: ("Look after webhooks", "Which other systems are told when something happens."),
    Permission.CLINIC_MANAGE: (
        "Look after the clinic",
        "Its settings, which instruments it offers, and custom ones.",
    ),
}
ROLE_LABELS = {
    Role.OWNER: "Owner",
    Role.CLINICIAN: "Clinician",
    Role.FRONT_DESK: "Front desk",
    Role.AUDITOR: "Auditor",
}
READING = frozenset(
    {Permission.PATIENTS_VIEW, Permission.ASSESSMENTS_VIEW, Permission.ANSWERS_VIEW, Permission.ALERTS_VIEW}
)
CARE = READING | {Permission.PATIENTS_EDIT, Permission.ASSESSMENTS_EDIT}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.CLINICIAN: CARE | {Permission.PATIENTS_MERGE, Permission.LISTS_EXPORT},
    Role.FRONT_DESK: frozenset({Permission.PATIENTS_VIEW, Permission.PATIENTS_EDIT}),
    Role.AUDITOR: READING | {Permission.LISTS_EXPORT, Permission.TRAIL_VIEW},
}
# Roles whose holders can be responsible for patients.
PRACTITIONER_ROLES = frozenset({Role.OWNER, Role.CLINICIAN})
# Roles that change nothing in a clinic: whatever they may see, a request of theirs that writes is refused.
READING_ROLES = frozenset({Role.AUDITOR})
# Roles that see only patients of their own, where the clinic restricts that.
RESTRICTED_ROLES = frozenset({Role.CLINICIAN, Role.FRONT_DESK})
# What an API client's scopes allow: the people and settings of a clinic are no program's business.
# By what a token says: in words for owners and programs, and what it allows.
SCOPES: dict[str, tuple[str, frozenset[Permission]]] = {
    "read": ("Reads patients and assessments", READING),
    "write": ("Reads and changes patients and assessments", CARE),
    "patients:read": ("Reads patients, nothing of assessments", frozenset({Permission.PATIENTS_VIEW})),
    "patients:write": (
        "Registers and changes patients, nothing of assessments",
        frozenset({Permission.PATIENTS_VIEW, Permission.PATIENTS_EDIT}),
    ),
    "scores:read": (
        "Reads patients and scores, no answers and no alerts",
        frozenset({Permission.PATIENTS_VIEW, Permission.ASSESSMENTS_VIEW}),
    ),
    "alerts:read": ("Reads alerts, nothing else of patients", frozenset({Permission.ALERTS_VIEW})),
    "webhooks": (
        "Looks after webhooks, which are told the ids of what happened",
        frozenset({Permission.WEBHOOKS_MANAGE}),
    ),
    "export": ("Takes files for analysis of what its other scopes read", frozenset({Permission.LISTS_EXPORT})),
    "analysis": (
        "Takes files for analysis and reads assessments, patients by their ids alone",
        frozenset({Permission.LISTS_EXPORT, Permission.ASSESSMENTS_VIEW, Permission.ANSWERS_VIEW}),
    ),
    "trail:read": (
        "Reads the trail, with names only beside a scope that reads patients",
        frozenset({Permission.TRAIL_VIEW}),
    ),
}
SCOPE_WORDS = {scope: words for scope, (words, _) in SCOPES.items()}
SCOPE_PERMISSIONS = {scope: permissions for scope, (_, permissions) in SCOPES.items()}
# What the page about roles shows beside them; the others are parts of these.
SCOPE_LABELS = {"read": "API: read", "write": "API: write"}


@dataclass(frozen=True)
class Actor:
    """Who is written into the trail: a user's id, or `client:<id>` for a program."""

    id: str
    name: str


class Request(HttpRequest):
    """The type of a request behind our middleware, which puts these on it; never made by itself.

    `client` is the API client and `membership` the active one of `memberships`; each is None where there is none,
    like `clinic`. `may_write` is False for a role that only reads. `seen_by` is who is restricted to patients of their
    own, None for who sees everybody's. `actor` is None for strangers, who get into no view that reads it.
    `shared_device` is the id of the assessment for whose patient the device of this session is locked, as text; None in
    any other. `scopes_of_token` are those of a program; `rate_limit` is how often it may ask, how often it still may,
    and for how many seconds. `factor_missing` is whether the clinic asks for a second factor that the person has not.
    """

    client: Any
    clinic: Any
    membership: Any
    memberships: list[Any]
    permissions: frozenset[Permission]
    may_write: bool
    seen_by: Any
    actor: Any
    submission: Any
    htmx: Any
    request_id: str
    session: Any
    shared_device: Any
    factor_missing: bool
    scopes: ExitStack
    scopes_of_token: list[str]
    rate_limit: tuple[int, int, int] | None
    in_clinic: bool
    readings: list[Any]
    shows_nothing: bool


def requires[View: Callable[..., Any]](permission: Permission, *more: Permission) -> Callable[[View], View]:
    """Mark a clinic view with the permissions it needs; raises PermissionDenied for who lacks one of them."""

    def mark(view: View) -> View:
        @wraps(view)
        def checked(request: Request, *args: Any, **kwargs: Any) -> Any:
            if not {permission, *more} <= set(getattr(request, "permissions", ())):
                raise PermissionDenied("Your role in this clinic does not include this.")
            return view(request, *args, **kwargs)

        checked.required_permission = permission  # type: ignore[attr-defined]
        checked.required_besides = more  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return mark


def public[View: Callable[..., Any]](view: View) -> View:
    """Mark a view that anybody may open, signed in or not; it runs outside every clinic."""
    view.audience = "public"  # type: ignore[attr-defined]
    return view


def signed_in[View: Callable[..., Any]](view: View) -> View:
    """Mark a view that needs a person signed in but no clinic; it runs outside every clinic."""
    view.audience = "signed_in"  # type: ignore[attr-defined]
    return view


def without_patients[View: Callable[..., Any]](view: View) -> View:
    """Mark a clinic view whose pages show nothing of any patient; every other one says what it shows."""
    view.without_patients = True  # type: ignore[attr-defined]
    return view


def open_to_readers[View: Callable[..., Any]](view: View) -> View:
    """Mark a clinic view to which a role that only reads may send forms; every other one refuses them."""
    view.for_readers = True  # type: ignore[attr-defined]
    return view


def confirmed[View: Callable[..., Any]](view: View) -> View:
    """Mark a clinic view that only who has shown lately that it is them may open."""
    view.needs_confirmation = True  # type: ignore[attr-defined]
    return view


def open_on_shared_device[View: Callable[..., Any]](view: View) -> View:
    """Mark a view that a session may reach while its device is locked for a patient; every other one is refused."""
    view.on_shared_device = True  # type: ignore[attr-defined]
    return view
