"""Every address of a clinic, as every role: who lacks what it takes gets 403, and nobody else does."""

from uuid import uuid4

import pytest

from clinic.access import PERMISSIONS, READING_ROLES, SCOPE_PERMISSIONS, Permission, Role
from tests.test_url_walk import address, views

SEE, REGISTER = "patients.view", "patients.edit"
READ, ASSESS, ALERTS = "assessments.view", "assessments.edit", "alerts.view"
EXPORT, TRAIL = "lists.export", "trail.view"
PEOPLE, CLIENTS, MANAGE = "people.manage", "clients.manage", "clinic.manage"
# What each page takes, written down a second time: whoever takes less for it says so here as well.
PAGES = {
    SEE: """
        patients/ patients/bulk/ patients/recent/ patients/emergency/ patients/<uuid:pk>/ patients/<uuid:pk>/history/
        work/ work/<uuid:pk>/ work/<uuid:pk>/undo/ work/<uuid:pk>/cancel/ work/<uuid:pk>/continue/ work/<uuid:pk>/file/
        views/<uuid:pk>/ views/<uuid:pk>/edit/ views/<uuid:pk>/remove/
        lists/shortcuts/ lists/<slug:key>/layout/ lists/<slug:key>/views/new/
    """,
    REGISTER: """
        patients/<uuid:pk>/history/<int:event>/restore/
        patients/new/ patients/birth-date/ patients/<uuid:pk>/edit/ patients/<uuid:pk>/archive/
        patients/<uuid:pk>/undo/ patients/<uuid:pk>/restore/
        patients/<uuid:pk>/care-team/ patients/<uuid:pk>/care-team/<uuid:person>/remove/
    """,
    READ: """
        assessments/ assessments/bulk/ assessments/<uuid:pk>/ patients/<uuid:pk>/assessments/ patients/<uuid:pk>/course/
        worklists/counts/ worklists/due/
        instruments/ instruments/<slug:instrument>/ instruments/<slug:instrument>/<slug:version>/
    """,
    ALERTS: "worklists/alerts/ patients/<uuid:pk>/alerts/",
    ASSESS: """
        assessments/new/ assessments/<uuid:pk>/answer/ assessments/<uuid:pk>/answers/ assessments/<uuid:pk>/amend/
        assessments/<uuid:pk>/cancel/ assessments/<uuid:pk>/edit/ assessments/<uuid:pk>/archive/
        assessments/<uuid:pk>/undo/ assessments/<uuid:pk>/restore/ assessments/<uuid:pk>/reopen/
        patients/<uuid:pk>/episodes/ episodes/<uuid:pk>/end/ episodes/<uuid:pk>/correct/
        patients/<uuid:pk>/plans/ plans/<uuid:pk>/end/ worklists/alerts/<uuid:pk>/acknowledge/
        patients/<uuid:pk>/alerts/acknowledge/
        patients/<uuid:pk>/requests/ requests/<uuid:pk>/ requests/<uuid:pk>/revoke/ requests/<uuid:pk>/renew/
        handover/ handover/answers/ handover/leave/
    """,
    MANAGE: """
        instruments/new/ instruments/import/ instruments/<slug:instrument>/edit/
        instruments/<slug:instrument>/offer/ settings/ clinic/settings/ clinic/start/ clinic/start/away/
    """,
    PEOPLE: """
        clinic/people/ clinic/people/roles/ clinic/people/new/ clinic/people/<uuid:pk>/ clinic/people/<uuid:pk>/end/
        clinic/people/<uuid:pk>/last-day/ clinic/people/invitations/<uuid:pk>/again/
        clinic/people/invitations/<uuid:pk>/revoke/
    """,
}
PAGES[TRAIL] = """
    clinic/trail/ clinic/trail/unusual/ clinic/trail/patients/<uuid:pk>/
    clinic/trail/emergency/ clinic/trail/emergency/<uuid:pk>/review/
"""
PAGES[CLIENTS] = """
    clinic/programs/ clinic/programs/new/ clinic/programs/<int:pk>/ clinic/programs/<int:pk>/last-day/
    clinic/programs/<int:pk>/secret/ clinic/programs/<int:pk>/secret/end/ clinic/programs/<int:pk>/disable/
    clinic/programs/<int:pk>/enable/
"""
# Of an endpoint: to read, and to write.
ENDPOINTS = {
    "api/v1/": (SEE, SEE),
    "api/v1/practitioners/": (SEE, SEE),
    "api/v1/practitioners/<uuid:pk>/": (SEE, SEE),
    "api/v1/patients/": (SEE, REGISTER),
    "api/v1/patients/<uuid:pk>/": (SEE, REGISTER),
    "api/v1/assessments/": (READ, ASSESS),
    "api/v1/assessments/<uuid:pk>/": (READ, ASSESS),
    "api/v1/episodes/": (READ, READ),
    "api/v1/episodes/<uuid:pk>/": (READ, READ),
    "api/v1/instruments/": (READ, READ),
    "api/v1/instruments/<slug:instrument>/": (READ, READ),
}
# What takes another permission besides, since its answer shows what that is for.
BESIDES = {
    "worklists/alerts/<uuid:pk>/acknowledge/": (ALERTS,),
    "patients/<uuid:pk>/alerts/acknowledge/": (ALERTS,),
}
TAKES = {route: (taken, taken) for taken, routes in PAGES.items() for route in routes.split()} | ENDPOINTS
MAY = {
    Role.OWNER: {SEE, REGISTER, READ, ASSESS, ALERTS, EXPORT, TRAIL, PEOPLE, CLIENTS, MANAGE},
    Role.CLINICIAN: {SEE, REGISTER, READ, ASSESS, ALERTS, EXPORT},
    Role.FRONT_DESK: {SEE, REGISTER},
    Role.AUDITOR: {SEE, READ, ALERTS, EXPORT, TRAIL},
}
PROGRAMS_MAY = {"read": {SEE, READ, ALERTS}, "write": {SEE, REGISTER, READ, ASSESS, ALERTS}}


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
    found = {route: more for route, view in views() if (more := getattr(view, "required_besides", ()))}
    assert found == BESIDES


@pytest.mark.parametrize("lacking", [SEE, ASSESS, ALERTS])
def test_address_that_takes_two_permissions_is_refused_without_either(riverside, sign_in, monkeypatch, lacking):
    monkeypatch.setitem(PERMISSIONS, Role.CLINICIAN, frozenset(Permission) - {lacking})
    client = sign_in(riverside.clinician)
    found = {route: client.post(address(route, uuid4())).status_code for route in BESIDES}
    assert found == dict.fromkeys(BESIDES, 404 if lacking == SEE else 403)


def test_roles_and_scopes_allow_what_they_are_said_to_allow():
    assert {role: {str(one) for one in granted} for role, granted in PERMISSIONS.items()} == MAY
    assert {scope: {str(one) for one in granted} for scope, granted in SCOPE_PERMISSIONS.items()} == PROGRAMS_MAY


@pytest.mark.parametrize("role", Role)
def test_role_is_refused_what_it_lacks_and_nothing_else(riverside, sign_in, role):
    """A role that only reads writes nothing, whatever it may see; `test_readers.py` has what is open to it."""
    client, wrong, tried = sign_in(riverside.users[role]), {}, 0
    writes = MAY[role] if role not in READING_ROLES else set()
    open_to_all = {"lists/shortcuts/", "clinic/trail/emergency/<uuid:pk>/review/"}
    for route, (read, write) in TAKES.items():
        for method, taken, may in (("get", read, MAY[role]), ("post", write, writes), ("patch", write, writes)):
            answer = getattr(client, method)(address(route, uuid4())).status_code
            if answer != 405 and (method == "get" or route not in open_to_all):
                tried += 1
                if (answer == 403) is (taken in may):
                    wrong[f"{method} {route}"] = answer
    assert (wrong, tried > 60) == ({}, True)
