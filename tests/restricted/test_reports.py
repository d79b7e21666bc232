"""Kept reports where a clinic restricts who sees whom."""

from tests.assessments.reports.test_kept import keep


def test_figures_of_a_restricted_person_are_theirs_alone(restricted, sign_in):
    clara, owner = sign_in(restricted.clinician), sign_in(restricted.owner)
    own, whole = keep(clara), keep(owner)
    found = [each.get(address).status_code for each in (clara, owner) for address in (own, whole)]
    assert found == [200, 404, 404, 200]
    assert [[each.title for each in client.get("/outcomes/kept/").context["page"]] for client in (clara, owner)] == [
        ["Spring"], ["Spring"],
    ]  # fmt: skip
    assert "the clinic has others" in clara.get(own).content.decode()
