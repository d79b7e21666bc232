"""An e-mail and the sex for clinical use among what is compared: what each says for and against, and in which words."""

from dataclasses import replace
from datetime import date

import pytest

from clinic.matching.comparing import levels
from clinic.matching.keys import match_keys
from clinic.matching.person import person
from clinic.matching.scoring import TWINS, bits, compare

ADAEZE = person("Adaeze Okonkwo", "Okonkwo", born=date(1984, 4, 2), sex="female", email="Adaeze@Mail.test")
UNBORN = replace(ADAEZE, born=None)
MALE = replace(ADAEZE, sex="", clinical_sex="male")
FEMALE = replace(ADAEZE, sex="", clinical_sex="female")


def said(one, other) -> tuple[str, tuple[str, ...]]:
    found = compare(one, other)
    return found.grade, found.reasons


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("adaeze@mail.test", "e-mail agrees"),
        (" ADAEZE@mail.test ", "e-mail agrees"),
        ("adaezee@mail.test", "e-mail one letter apart"),
        ("adaeze@post.test", "another e-mail"),
        ("home@mail.test", "another e-mail"),
    ],
)
def test_email_is_said_among_the_reasons(email, reason):
    assert reason in said(person("Adaeze Okonkwo", "Okonkwo", email=email), ADAEZE)[1]


def test_no_email_says_nothing():
    assert "e-mail" not in " ".join(said(ADAEZE, replace(ADAEZE, email=""))[1])


def test_a_name_and_an_email_alone_are_probably_one_person_and_a_name_possibly():
    assert (said(UNBORN, UNBORN)[0], said(UNBORN, replace(UNBORN, email=""))[0]) == ("probable", "possible")


def test_a_household_s_email_makes_relatives_nobody_to_tell_of():
    child = replace(ADAEZE, given=("obi",), born=date(2015, 1, 9), sex="male")
    assert said(ADAEZE, child)[0] == ""


def test_an_email_of_a_household_counts_much_less_than_a_stranger_s():
    without = replace(ADAEZE, email="")
    stranger = person("Zoe Marsh", "Marsh", born=date(1984, 4, 2), email="zoe@mail.test")
    rise = bits(levels(ADAEZE, ADAEZE)) - bits(levels(ADAEZE, without))
    assert 0 < rise <= 1  # the smaller of both sums is that against a relative
    assert bits(levels(stranger, ADAEZE)) < bits(levels(replace(stranger, email=""), ADAEZE))


def test_twins_of_one_email_are_called_so():
    twin = replace(ADAEZE, given=("ngozi",))
    assert (said(ADAEZE, twin)[0], said(ADAEZE, twin)[1][0]) == ("possible", TWINS)


def test_people_with_nothing_but_an_email_and_a_name_in_common_share_a_key():
    other = person("Adaeze Marsh", "Marsh", email="adaeze@mail.test")
    assert set(match_keys(UNBORN)) & set(match_keys(other))
    assert not set(match_keys(UNBORN)) & set(match_keys(replace(other, email="")))
    assert not set(match_keys(UNBORN)) & set(match_keys(person("Zoe Marsh", "Marsh", email="adaeze@mail.test")))


def test_keys_of_who_has_no_email_are_as_they_were():
    assert set(match_keys(replace(ADAEZE, email=""))) < set(match_keys(ADAEZE))


def test_another_sex_for_clinical_use_lowers_and_is_said():
    assert bits(levels(FEMALE, MALE)) < bits(levels(FEMALE, ADAEZE)) < bits(levels(FEMALE, FEMALE))
    assert "another sex for clinical use" in said(FEMALE, MALE)[1]


def test_sex_for_clinical_use_explains_another_gender():
    """Of somebody who was registered before as what the other record has for clinical use."""
    now = replace(ADAEZE, sex="male", clinical_sex="female")
    assert [levels(now, other)["sex"] for other in (ADAEZE, replace(ADAEZE, sex="male"), MALE, FEMALE)] == [
        "unknown", "same", "clinical", "same"
    ]  # fmt: skip
    assert "another sex" in said(replace(now, clinical_sex=""), ADAEZE)[1]
