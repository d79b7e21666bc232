"""The page on which an owner reads what each role may do."""

import re

import pytest

from clinic.access import PERMISSION_WORDS, PERMISSIONS, SCOPE_PERMISSIONS, Permission
from tests.staff.people import LIST
from tests.staff.test_people import cells

ROLES = f"{LIST}roles/"
WHOSE = ["Owner", "Clinician", "Front desk", "Auditor", "API: read", "API: write"]
EVERY = {
    "See patients": "YYYYYY",
    "Register and change patients": "YYYNNY",
    "Merge patients": "YYNNNN",
    "Bring in files of patients": "YNNNNN",
    "See assessments": "YYNYYY",
    "Assess patients": "YYNNNY",
    "See answers": "YYNYYY",
    "See alerts": "YYNYYY",
    "Take lists as files": "YYNYNN",
    "Read the trail": "YNNYNN",
    "Look after people": "YNNNNN",
    "Look after programs": "YNNNNN",
    "Look after webhooks": "YNNNNN",
    "Look after the clinic": "YNNNNN",
}


def shown(page) -> dict[str, str]:
    """Each permission as the page calls it, with yes or no of each role."""
    hints = {words[0]: words[1] for words in PERMISSION_WORDS.values()}
    rows = {row[0]: "".join(cell[0] for cell in row[1:]) for row in cells(page)}
    return {label: rows[f"{label} {hint}"] for label, hint in hints.items()} if len(rows) == len(hints) else {}


def test_page_says_what_each_role_may_do(owner):
    page = owner.get(ROLES)
    assert (page.status_code, shown(page)) == (200, EVERY)
    assert re.findall(r'role="columnheader">([^<]+)</th>', page.content.decode()) == ["What", *WHOSE]


@pytest.mark.parametrize("at", range(6))
def test_page_says_what_the_code_holds(owner, monkeypatch, at):
    """Taken from the role or scope, a permission is taken from its column and from no other."""
    held = PERMISSIONS if at < 4 else SCOPE_PERMISSIONS
    key = list(held)[at if at < 4 else at - 4]
    monkeypatch.setitem(held, key, held[key] - {Permission.PATIENTS_VIEW})
    row = shown(owner.get(ROLES))["See patients"]
    assert row == "".join("N" if place == at else "Y" for place in range(6))


def test_every_permission_has_its_words():
    assert set(PERMISSION_WORDS) == set(Permission)
    assert len({label for label, _ in PERMISSION_WORDS.values()}) == len(Permission)


def test_people_lead_to_what_roles_may_do(owner):
    assert f'href="{ROLES}"' in owner.get(LIST).content.decode()
