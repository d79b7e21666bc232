"""Which new passwords are taken, and which sentence says why one is not."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clinic.accounts.factors.passwords import refuse_words
from tests.conftest import signed_in
from tests.factors import set_up_app
from tests.world import PASSWORD

CHANGE = "/accounts/password/change/"
SHORT = "This password is too short. Use at least 15 characters, or 8 once you have a second factor."


def changed_to(client: Client, password: str) -> tuple[int, list[str]]:
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    response = client.post(CHANGE, form)
    said = [] if response.status_code == 302 else response.context["form"].errors["password1"]
    return response.status_code, [str(each) for each in said]


@pytest.mark.parametrize(
    ("password", "with_app", "said"),
    [
        ("x7" * 7, False, [SHORT]),
        ("x7" * 7 + "y", False, []),
        ("x7yq3z!", True, ["This password is too short. Use at least 8 characters."]),
        ("x7yq3z!p", True, []),
        ("quiet and tall trees", False, []),
        ("Ωκεανός και βουνά 🌲", False, []),
        ("quiet and tall trees " * 12, False, []),
        ("password123", True, ["This password is too common."]),
    ],
)
def test_password_is_as_long_as_what_else_is_asked_for(riverside, sign_in, password, with_app, said):
    client = sign_in(riverside.clinician)
    if with_app:
        set_up_app(client)
    assert changed_to(client, password) == (200 if said else 302, said)


@pytest.mark.parametrize("word", ["Riverside", "Clara", "CLINICIAN", "record"])
def test_own_word_is_refused_by_name(riverside, word):
    client = signed_in(Client(), riverside.clinician)
    status, [said] = changed_to(client, f"green {word} and tall trees")
    assert (status, said.partition(":")[0]) == (200, f"Leave out “{word.lower()}”")


@given(st.from_regex(r"[a-z]{4,12}", fullmatch=True), st.text(max_size=20), st.text(max_size=20))
def test_word_is_found_anywhere(word, before, after):
    with pytest.raises(Exception, match="Leave out"):
        refuse_words(f"{before}{word.upper()}{after}", [f"The {word}"])
