"""Which new passwords are taken, and which sentence says why one is not."""

from hashlib import sha1
from itertools import product
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clinic.accounts.factors.leaked import has_line
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


def test_password_that_has_leaked_is_refused_where_there_is_a_list(riverside, sign_in, settings, tmp_path):
    leaked, other = "quiet and tall trees", "green and quiet hills"
    listed = [sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in (leaked, "a", "b", "c", "d")]
    (tmp_path / "leaked.txt").write_text("".join(f"{each}:7\n" for each in sorted(listed)))
    client = sign_in(riverside.clinician)
    settings.LEAKED_PASSWORDS = str(tmp_path / "leaked.txt")
    said = "This password has leaked elsewhere, and is tried by whoever collects those."
    assert (changed_to(client, leaked), changed_to(client, other)) == ((200, [said]), (302, []))


@given(st.sets(st.text("0AF", min_size=4, max_size=4), min_size=1), st.sampled_from(["\n", ":3\n"]), st.booleans())
def test_every_line_of_a_sorted_file_is_found_and_no_other(words, end, ends):
    with NamedTemporaryFile("w") as file:
        text = "".join(f"{word}{end}" for word in sorted(words))
        file.write(text if ends else text.rstrip("\n"))
        file.flush()
        every = ["".join(letters) for letters in product("0AF", repeat=4)]
        assert {word for word in every if has_line(Path(file.name), word.encode())} == words


@pytest.mark.parametrize("word", ["Riverside", "Clara", "CLINICIAN", "record"])
def test_own_word_is_refused_by_name(riverside, word):
    client = signed_in(Client(), riverside.clinician)
    status, [said] = changed_to(client, f"green {word} and tall trees")
    assert (status, said.partition(":")[0]) == (200, f"Leave out “{word.lower()}”")


@given(st.from_regex(r"[a-z]{4,12}", fullmatch=True), st.text(max_size=20), st.text(max_size=20))
def test_word_is_found_anywhere(word, before, after):
    with pytest.raises(Exception, match="Leave out"):
        refuse_words(f"{before}{word.upper()}{after}", [f"The {word}"])
