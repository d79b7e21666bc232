"""Every address of a clinic, as every role: who lacks what it takes gets 403, and nobody else does."""

from uuid import uuid4

import pytest

from clinic.access import PERMISSIONS, READING_ROLES, SCOPE_PERMISSIONS, Permission, Role
from tests.test_url_walk import address, views

SEE, REGISTER, MERGE, IMPORT = "patients.view", "patients.edit", "patients.merge", "patients.import"
ANSWERS = "answers.view"
READ, ASSESS, ALERTS = "assessments.view", "assessments.edit", "alerts.view"
EXPORT, TRAIL = "lists.export", "trail.view"
ANYBODY = "None"  # of the clinic: what is about nobody but whoever asks
PEOPLE, CLIENTS, HOOKS, MANAGE = "people.manage", "clients.manage", "webhooks.manage", "clinic.manage"
# What each page takes, written down a second time: whoever takes less for it says so here as well.
PAGES = {
    SEE: """
        find/ help/
        patients/lists/ patients/lists/<uuid:pk>/ patients/lists/<uuid:pk>/remove/ patients/<uuid:pk>/lists/
        patients/ patients/bulk/ patients/recent/ patients/emergency/ patients/<uuid:pk>/ patients/<uuid:pk>/history/
        patients/<uuid:pk>/details/ patients/<uuid:pk>/photo/
        patients/<uuid:pk>/emergency/end/
        work/ work/<uuid:pk>/ work/<uuid:pk>/undo/ work/<uuid:pk>/cancel/ work/<uuid:pk>/continue/ work/<uuid:pk>/file/
        views/<uuid:pk>/ views/<uuid:pk>/edit/ views/<uuid:pk>/remove/
        lists/shortcuts/ lists/<slug:key>/layout/ lists/<slug:key>/views/ lists/<slug:key>/views/new/
    """,
    REGISTER: """
        patients/<uuid:pk>/history/<int:event>/restore/
        patients/similar/ patients/duplicates/ patients/duplicates/<uuid:pk>/refuse/
        patients/duplicates/<uuid:pk>/reopen/
        patients/new/ patients/birth-date/ patients/<uuid:pk>/edit/ patients/<uuid:pk>/archive/
        patients/<uuid:pk>/undo/ patients/<uuid:pk>/restore/
        patients/<uuid:pk>/photo/change/ patients/<uuid:pk>/photo/remove/
        patients/<uuid:pk>/care-team/ patients/<uuid:pk>/care-team/<uuid:person>/remove/
    """,
    MERGE: """
        patients/<uuid:pk>/merge/ patients/<uuid:pk>/unmerge/
        patients/bin/ patients/bin/<uuid:pk>/ patients/bin/<uuid:pk>/restore/ patients/<uuid:pk>/bin/
    """,
    READ: """
        assessments/ assessments/bulk/ assessments/<uuid:pk>/ patients/<uuid:pk>/assessments/ patients/<uuid:pk>/course/
        worklists/counts/ worklists/due/ worklists/today/ patients/<uuid:pk>/summary/ patients/<uuid:pk>/timeline/
        reviews/ outcomes/ outcomes/print/ outcomes/kept/ outcomes/kept/new/ outcomes/kept/<uuid:pk>/
        outcomes/kept/<uuid:pk>/remove/
        instruments/ instruments/<slug:instrument>/ instruments/<slug:instrument>/<slug:version>/
    """,
    ALERTS: "worklists/alerts/ patients/<uuid:pk>/alerts/",
    ANSWERS: "notes/<uuid:pk>/",
    ASSESS: """
        assessments/new/ assessments/<uuid:pk>/answer/ assessments/<uuid:pk>/answers/ assessments/<uuid:pk>/amend/
        assessments/<uuid:pk>/cancel/ assessments/<uuid:pk>/edit/ assessments/<uuid:pk>/archive/
        assessments/<uuid:pk>/undo/ assessments/<uuid:pk>/restore/ assessments/<uuid:pk>/reopen/
        patients/<uuid:pk>/episodes/ episodes/<uuid:pk>/end/ episodes/<uuid:pk>/correct/
        patients/<uuid:pk>/plans/ plans/<uuid:pk>/end/ worklists/alerts/<uuid:pk>/acknowledge/
        patients/<uuid:pk>/alerts/acknowledge/ patients/<uuid:pk>/alerts/reopen/
        worklists/today/<uuid:pk>/put-off/ worklists/today/<uuid:pk>/bring-back/
        patients/<uuid:pk>/requests/ requests/<uuid:pk>/ requests/<uuid:pk>/revoke/ requests/<uuid:pk>/renew/
        handover/ handover/answers/ handover/leave/ reviews/<uuid:pk>/mark/ reviews/<uuid:pk>/undo/
        patients/<uuid:pk>/notes/new/ notes/<uuid:pk>/amend/ notes/<uuid:pk>/strike-out/
    """,
    MANAGE: """
        instruments/new/ instruments/import/ instruments/<slug:instrument>/edit/
        instruments/<slug:instrument>/offer/ settings/ clinic/settings/ clinic/start/ clinic/start/away/
    """,
    PEOPLE: """
        clinic/people/ clinic/people/roles/ clinic/people/new/ clinic/people/<uuid:pk>/ clinic/people/<uuid:pk>/end/
        clinic/people/<uuid:pk>/last-day/ clinic/people/<uuid:pk>/factor/ clinic/people/invitations/<uuid:pk>/again/
        clinic/people/invitations/<uuid:pk>/revoke/ clinic/people/<uuid:pk>/pass-on/
    """,
}
PAGES[MANAGE] += " clinic/tags/ clinic/tags/<int:pk>/ clinic/tags/<int:pk>/remove/"
PAGES[TRAIL] = """
    clinic/trail/ clinic/trail/unusual/ clinic/trail/mix-ups/ clinic/trail/patients/<uuid:pk>/
    clinic/trail/emergency/ clinic/trail/emergency/<uuid:pk>/review/
"""
OF_FILES = ("", *(f"<uuid:pk>/{step}" for step in (
    "", "read/", "columns/", "check/", "write/", "undo/", "cancel/", "continue/", "errors/",
)))  # fmt: skip
PAGES[IMPORT] = " ".join(f"{of}/import/{page}" for of in ("patients", "assessments") for page in OF_FILES)
PAGES[CLIENTS] = """
    clinic/programs/ clinic/programs/new/ clinic/programs/<int:pk>/ clinic/programs/<int:pk>/last-day/
    clinic/programs/<int:pk>/secret/ clinic/programs/<int:pk>/secret/end/ clinic/programs/<int:pk>/disable/
    clinic/programs/<int:pk>/enable/
"""
PAGES[HOOKS] = """
    clinic/webhooks/ clinic/webhooks/new/ clinic/webhooks/<uuid:pk>/ clinic/webhooks/<uuid:pk>/edit/
    clinic/webhooks/<uuid:pk>/secret/ clinic/webhooks/<uuid:pk>/secret/end/ clinic/webhooks/<uuid:pk>/off/
    clinic/webhooks/<uuid:pk>/on/ clinic/webhooks/<uuid:pk>/delete/ clinic/webhooks/<uuid:pk>/deliveries/
    clinic/webhooks/<uuid:pk>/deliveries/<uuid:delivery>/again/
"""
# Of an endpoint: to read, and to write.
ENDPOINTS = {
    "api/v1/": (ANYBODY, ANYBODY),
    "api/v1/changes/": (SEE, SEE),
    "api/v1/practitioners/": (SEE, SEE),
    "api/v1/practitioners/<uuid:pk>/": (SEE, SEE),
    "api/v1/patients/": (SEE, REGISTER),
    "api/v1/patients/match/": (SEE, SEE),
    "api/v1/patients/bulk/": (SEE, REGISTER),
    "api/v1/assessments/bulk/": (READ, ASSESS),
    "api/v1/patients/<uuid:pk>/": (SEE, REGISTER),
    "api/v1/assessments/": (READ, ASSESS),
    "api/v1/assessments/<uuid:pk>/": (READ, ASSESS),
    "api/v1/episodes/": (READ, READ),
    "api/v1/episodes/<uuid:pk>/": (READ, READ),
    "api/v1/instruments/": (READ, READ),
    "api/v1/instruments/<slug:instrument>/": (READ, READ),
    "api/v1/instruments/<slug:instrument>/<slug:version>/": (READ, READ),
    "api/v1/me/": (ANYBODY, ANYBODY),
    "api/v1/trail/": (TRAIL, TRAIL),
    "api/v1/exports/": (EXPORT, EXPORT),
    "api/v1/exports/<uuid:pk>/": (EXPORT, EXPORT),
    "api/v1/exports/<uuid:pk>/file/": (EXPORT, EXPORT),
    "api/v1/patients/<uuid:pk>/restore/": (SEE, REGISTER),
    "api/v1/assessments/<uuid:pk>/restore/": (READ, ASSESS),
    "api/v1/assessments/<uuid:pk>/cancel/": (READ, ASSESS),
    "api/v1/assessments/<uuid:pk>/history/": (ANSWERS, ANSWERS),
    "api/v1/alerts/": (ALERTS, ASSESS),
    "api/v1/alerts/<uuid:pk>/": (ALERTS, ASSESS),
    "api/v1/alerts/<uuid:pk>/acknowledge/": (ALERTS, ASSESS),
    "api/v1/schedules/": (READ, ASSESS),
    "api/v1/schedules/<uuid:pk>/": (READ, ASSESS),
    "api/v1/schedules/<uuid:pk>/end/": (READ, ASSESS),
    "api/v1/requests/": (READ, ASSESS),
    "api/v1/requests/<uuid:pk>/": (READ, ASSESS),
    "api/v1/requests/<uuid:pk>/withdraw/": (READ, ASSESS),
    "api/v1/requests/<uuid:pk>/renew/": (READ, ASSESS),
    "api/v1/webhooks/": (HOOKS, HOOKS),
    "api/v1/webhooks/<uuid:pk>/": (HOOKS, HOOKS),
    "api/v1/webhooks/<uuid:pk>/rotate/": (HOOKS, HOOKS),
    "api/v1/webhooks/<uuid:pk>/deliveries/": (HOOKS, HOOKS),
    "api/v1/webhooks/<uuid:pk>/deliveries/<uuid:delivery>/redeliver/": (HOOKS, HOOKS),
}
# What takes another permission besides, since its answer shows what that is for.
BESIDES = {
    "api/v1/assessments/<uuid:pk>/history/": (SEE,),
    "worklists/alerts/<uuid:pk>/acknowledge/": (ALERTS,),
    "patients/<uuid:pk>/alerts/acknowledge/": (ALERTS,),
    "patients/<uuid:pk>/alerts/reopen/": (ALERTS,),
    "patients/<uuid:pk>/notes/new/": (ANSWERS,),
    "notes/<uuid:pk>/amend/": (ANSWERS,),
    "notes/<uuid:pk>/strike-out/": (ANSWERS,),
    "patients/<uuid:pk>/merge/": (ASSESS, ALERTS),
    "patients/<uuid:pk>/unmerge/": (ASSESS, ALERTS),
    "patients/bin/": (ASSESS, ALERTS, SEE),
    "patients/bin/<uuid:pk>/": (ASSESS, ALERTS),
    "patients/bin/<uuid:pk>/restore/": (ASSESS, ALERTS),
    "patients/<uuid:pk>/bin/": (ASSESS, ALERTS),
    **{f"assessments/import/{page}": (ASSESS,) for page in OF_FILES},
}
TAKES = {route: (taken, taken) for taken, routes in PAGES.items() for route in routes.split()} | ENDPOINTS
TAKES[""] = (SEE, SEE)
MAY = {
    Role.OWNER: {
        *(SEE, REGISTER, MERGE, IMPORT, READ, ANSWERS, ASSESS, ALERTS, EXPORT, TRAIL, PEOPLE, CLIENTS, HOOKS, MANAGE)
    },
    Role.CLINICIAN: {SEE, REGISTER, MERGE, READ, ANSWERS, ASSESS, ALERTS, EXPORT},
    Role.FRONT_DESK: {SEE, REGISTER},
    Role.AUDITOR: {SEE, READ, ANSWERS, ALERTS, EXPORT, TRAIL},
}
PROGRAMS_MAY = {
    "read": {SEE, READ, ANSWERS, ALERTS},
    "write": {SEE, REGISTER, READ, ANSWERS, ASSESS, ALERTS},
    "patients:read": {SEE},
    "patients:write": {SEE, REGISTER},
    "scores:read": {SEE, READ},
    "alerts:read": {ALERTS},
    "webhooks": {HOOKS},
    "export": {EXPORT},
    "analysis": {EXPORT, READ, ANSWERS},
    "trail:read": {TRAIL},
}


def declared(view: object) -> tuple[Permission, Permission] | None:
    """What a view says that reading and writing take; None for what is outside every clinic."""
    cls = getattr(view, "cls", None)
    if hasattr(cls, "view_permission"):
        return cls.view_permission, cls.edit_permission
    one = getattr(view, "required_permission", None)
    return None if one is None else (one, one)


def test_every_address_takes_what_it_is_said_to_take():
    found = {route: both for route, view in views() if (both := declared(view)) is not None}
    told = {route: tuple(map(str, both)) for route, both in found.items()}
    assert told == TAKES, "Write an address that is new under its permission in PAGES of this file."


def test_every_address_takes_besides_what_it_is_said_to_take():
    declared = {route: getattr(getattr(view, "cls", view), "required_besides", ()) for route, view in views()}
    assert {route: more for route, more in declared.items() if more} == BESIDES


@pytest.mark.parametrize("lacking", [SEE, ASSESS, ALERTS, ANSWERS])
def test_address_that_takes_two_permissions_is_refused_without_either(riverside, sign_in, monkeypatch, lacking):
    monkeypatch.setitem(PERMISSIONS, Role.CLINICIAN, frozenset(Permission) - {lacking})
    client = sign_in(riverside.clinician)
    found = {}
    for route in BESIDES:
        answer = client.post(address(route, uuid4()))
        if answer.status_code == 405:
            answer = client.get(address(route, uuid4()))
        found[route] = answer.status_code
    takes = {route: {*TAKES[route], *more} for route, more in BESIDES.items()}
    expected = {route: 403 if lacking in takes[route] else 404 for route in BESIDES}
    without_id = {"patients/bin/": 200, "assessments/import/": 422}  # a list; a form without a file
    assert found == expected | {route: code for route, code in without_id.items() if lacking not in takes[route]}


def test_roles_and_scopes_allow_what_they_are_said_to_allow():
    assert {role: {str(one) for one in granted} for role, granted in PERMISSIONS.items()} == MAY
    assert {scope: {str(one) for one in granted} for scope, granted in SCOPE_PERMISSIONS.items()} == PROGRAMS_MAY


@pytest.mark.parametrize("role", Role)
def test_role_is_refused_what_it_lacks_and_nothing_else(riverside, sign_in, role):
    """A role that only reads writes nothing, whatever it may see; `test_readers.py` has what is open to it."""
    client, wrong, tried = sign_in(riverside.users[role]), {}, 0
    reads = MAY[role] | {ANYBODY}
    writes = reads if role not in READING_ROLES else set()
    open_to_all = {"lists/shortcuts/", "clinic/trail/emergency/<uuid:pk>/review/", "api/v1/patients/match/"}
    for route, (read, write) in TAKES.items():
        for method, taken, may in (("get", read, reads), ("post", write, writes), ("patch", write, writes)):
            answer = getattr(client, method)(address(route, uuid4())).status_code
            if answer != 405 and (method == "get" or route not in open_to_all):
                tried += 1
                if (answer == 403) is (taken in may):
                    wrong[f"{method} {route}"] = answer
    assert (wrong, tried > 60) == ({}, True)
