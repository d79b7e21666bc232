"""The help: what a role may do, with links that lead there, and nothing else."""

import re

import pytest

from clinic.access import PERMISSIONS, Permission, Role

# What is told to whom: a word of each part that only some roles are shown.
PARTS = {
    "Give a questionnaire": Permission.ASSESSMENTS_EDIT,
    "Register somebody": Permission.PATIENTS_EDIT,
    "One person, two records": Permission.PATIENTS_MERGE,
    "Take a list along": Permission.LISTS_EXPORT,
    "Who looked at a record": Permission.TRAIL_VIEW,
    "Invite colleagues": Permission.CLINIC_MANAGE,
}


@pytest.mark.parametrize("role", Role)
def test_role_is_told_what_it_may_do_and_each_link_opens(riverside, sign_in, role):
    client = sign_in(riverside.users[role])
    page = client.get("/help/").content.decode()
    told = re.findall(r"<h2>(.*?)</h2>", page)
    assert {part: part in told for part in PARTS} == {part: need in PERMISSIONS[role] for part, need in PARTS.items()}
    links = set(re.findall(r'href="(/[^"]*)"', page[page.index('class="help-lead"') : page.index("</main>")]))
    answers = {link: client.get(link).status_code for link in links}
    assert (len(links) > 2, answers) == (True, dict.fromkeys(links, 200))


def test_stranger_is_asked_to_sign_in(client, db):
    assert client.get("/help/")["Location"].startswith("/accounts/login/")
