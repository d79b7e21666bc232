"""Two people compared: what is certain, what is probable, and why."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.matching.comparing import levels
from clinic.matching.keys import match_keys
from clinic.matching.person import ABOUT, MONTH, YEAR, Person, person
from clinic.matching.scoring import SAID, TWINS, bits, compare
from clinic.matching.weights import WEIGHTS
from tests.matching.households import corrupted, population, with_emails
from tests.matching.judging import person_of

KOFI = person(
    "Kofi Adeyemi", "Adeyemi", born=date(1960, 5, 27), sex="male", phones=["+442079460463"],
    address="12 Mill Lane\nRiverton RI4 2AX", numbers=["P-000040"],
)  # fmt: skip
HOME = replace(KOFI, numbers=frozenset())
ALONE = replace(HOME, phones=frozenset(), address=frozenset())
NAMES = st.text(st.sampled_from("abcdeßé 王芳'-м"), max_size=12)
PEOPLE = st.builds(
    person,
    NAMES,
    NAMES,
    born=st.none() | st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    precision=st.integers(0, 3),
    sex=st.sampled_from(("", "female", "male")),
    clinical_sex=st.sampled_from(("", "female", "male")),
    email=st.sampled_from(("", "kofi@mail.test", "kofy@mail.test", "home@mail.test")),
    phones=st.lists(st.sampled_from(("+442079460463", "+442079460464", "")), max_size=2),
    address=st.text(st.sampled_from("ab12 \n"), max_size=12),
    numbers=st.lists(st.sampled_from(("P-000040", "9434765919", "9434765910")), max_size=2),
)


def told(other: Person, one: Person = KOFI) -> tuple[str, tuple[str, ...]]:
    found = compare(one, other)
    return found.grade, found.reasons


@given(PEOPLE, PEOPLE)
def test_comparing_is_the_same_both_ways(one, other):
    assert compare(one, other) == compare(other, one)


@given(st.randoms(use_true_random=False))
def test_somebody_is_themself_for_certain(random):
    people = [person_of(each) for each in population(random.randrange(10**6), 20)]
    whole = [each for each in people if each.given and each.family and each.born and each.precision == 3]
    assert {compare(each, each).grade for each in whole} <= {"certain"}


@given(PEOPLE)
def test_order_of_phones_and_numbers_does_not_matter(one):
    turned = person("Ana Bell", "Bell", phones=[*sorted(one.phones)], numbers=[*sorted(one.numbers)])
    again = person("Ana Bell", "Bell", phones=[*sorted(one.phones)[::-1]], numbers=[*sorted(one.numbers)[::-1]])
    assert (turned, match_keys(turned)) == (again, match_keys(again))


@given(PEOPLE)
def test_keys_are_numbers_of_32_bits_once_each(one):
    keys = match_keys(one)
    assert (keys, [key for key in keys if not -(2**31) <= key < 2**31]) == (sorted(set(keys)), [])


def test_keys_are_the_same_on_every_machine():
    assert match_keys(ALONE) == [-1053701725, 492088288, 725418201]


def test_every_level_of_the_table_has_words():
    assert {field: set(WEIGHTS[field]) - set(SAID[field]) for field in WEIGHTS} == {
        **{field: set() for field in WEIGHTS},
        "family": {"swapped"},  # said with the given name
        "sex": {"same"},
    }


def test_every_level_that_occurs_has_a_weight():
    seen = {field: set() for field in WEIGHTS}
    people = with_emails(population(7, 400), 7)
    for one, other in zip(people, people[1:] + people[:1], strict=True):
        again = corrupted(Random(one.who), lambda: ("Ana Bell", "Bell", ""), one)  # noqa: S311
        for pair in ((one, other), (one, again)):
            for field, level in levels(*map(person_of, pair)).items():
                seen[field].add(level)
    assert {field: found - {"unknown"} - set(WEIGHTS[field]) for field, found in seen.items()} == {
        field: set() for field in WEIGHTS
    }


@pytest.mark.parametrize(
    ("other", "grade", "why"),
    [
        (HOME, "certain", "telephone agrees"),
        (replace(ALONE, family=("adeyemii",)), "certain", "family name one letter apart"),
        (replace(ALONE, given=("adeyemi",), family=("kofi",)), "certain", "given and family name exchanged"),
        (replace(HOME, born=date(1960, 5, 26)), "certain", "date of birth one digit apart"),
        (replace(HOME, born=date(1960, 1, 1), precision=YEAR), "certain", "year of birth agrees"),
        (replace(HOME, born=date(1961, 1, 1), precision=ABOUT), "certain", "year of birth agrees"),
        (replace(HOME, born=date(1960, 5, 1), precision=MONTH), "certain", "year of birth agrees"),
        (replace(HOME, given=("efua",), born=date(1990, 2, 1)), "", "another date of birth"),
        (replace(HOME, born=date(1990, 2, 1)), "possible", "another date of birth"),
        (person("Kofi Adeyemi", "Adeyemi"), "", "same given name"),
        (person("Ana Bell", "Bell", phones=["+442079460463"]), "", "another given name"),
    ],
)
def test_pair_is_told_with_its_reason(other, grade, why):
    found = told(other)
    assert (found[0], why in found[1]) == (grade, True), found


def test_day_and_month_exchanged_are_named():
    one = replace(ALONE, born=date(1960, 5, 7))
    assert "day and month of birth exchanged" in told(replace(one, born=date(1960, 7, 5)), one)[1]


def test_twins_are_called_so_and_are_no_more_than_possible():
    twin = replace(HOME, given=("kwame",))
    assert told(twin)[0] == "possible"
    assert told(twin)[1][0] == TWINS


def test_relative_at_home_is_nobody_to_tell_of():
    daughter = replace(HOME, given=("efua",), born=date(1990, 2, 1), sex="female", numbers=frozenset())
    assert told(daughter)[0] == ""


def test_wife_who_took_another_name_is_found_by_telephone_and_birthday():
    ana = person("Ana Bell", "Bell", born=date(1985, 3, 2), sex="female", phones=["+447700900123"])
    assert told(replace(ana, family=("okafor",)), ana)[0] == "certain"


def test_what_is_not_said_counts_neither_way():
    assert bits(levels(ALONE, replace(ALONE, sex=""))) == bits(levels(ALONE, ALONE)) - 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anne-Marie Bell", "Annemarie Bell"),
        ("Jan van den Berg", "Jan Vandenberg"),
        ("Jörg Müller", "Joerg Mueller"),
        ("Khalid Al-Hassan", "Khalid Alhassan"),
        ("Sean O’Brien", "Seán OBrien"),
        ("کاظمی", "كاظمي"),
        ("Maria Garcia Jr", "Maria García"),
        ("Maria Garcia (twin of Eva)", "Maria Garcia"),
    ],
)
def test_spellings_of_one_name_are_the_same(one, other):
    found = levels(person(one, _family(one)), person(other, _family(other)))
    assert {found["given"], found["family"]} <= {"same", "whole", "unknown"}, found


def _family(name: str) -> str:
    words = name.removesuffix(" (twin of Eva)").removesuffix(" Jr").split(" ", 1)
    return words[1] if len(words) > 1 else ""
