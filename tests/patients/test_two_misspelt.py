"""Two words with a wrong letter each are found, by generated names and generated edits; far names are not."""

from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.filled import everything, searched
from tests.patients.oracle import misspelt, words
from tests.sizes import times
from tests.world import make_patient

FAR = 3  # so many letters off


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def reasons(text: str) -> list[tuple[str, str]]:
    page = searched(text).first(25)
    return [(record.full_name, reason) for record, reason in zip(page.records, page.reasons, strict=True)]


def patient(name: str, **fields):
    return make_patient(full_name=name, family_name=name.split()[-1], **fields)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kofy adyemi", "kofi adeyemi"),
        ("adyemi kofy", "kofi adeyemi"),
        ("okfi adeyeemi", "kofi adeyemi"),
        ("kofy nnamdi adyemi", "kofi adeyemi"),
        ("kofi nnamdy adyemi", "adeyemi nnamdi"),
    ],
)
def test_two_wrong_letters_are_forgiven_and_said(scope, text, said):
    patient("Zed Other")
    patient("Kofi Nnamdi Adeyemi")
    [(name, reason)] = reasons(text)
    assert (name, sorted(reason.removeprefix("similar to ").split())) == ("Kofi Nnamdi Adeyemi", sorted(said.split()))


def test_preferred_and_other_names_are_found_so_too(scope):
    patient("Kofi Adeyemi", preferred_name="Bartholomew", other_names="Quartermain")
    assert [len(reasons(text)) for text in ("bartolomew adyemi", "quartermian kofy")] == [1, 1]


def test_nearer_names_alone_are_found_where_there_are_some(scope):
    patient("Kofi Adeyemi")
    patient("Koji Adeyemo")
    assert reasons("kofi adeyemu") == [("Kofi Adeyemi", "similar to adeyemi")]


@pytest.fixture
def people(filled, db):
    with clinic_scope(filled.clinic):
        yield list(Patient.objects.active().order_by("pk").values_list("pk", "full_name"))


def two_of(random: Random, people) -> tuple[object, list[str]]:
    """A patient, and two words of four letters or more of their name."""
    while True:
        key, name = random.choice(people)
        long = sorted({word for word in words(name) if len(word) >= 4 and word.isascii()})
        if len(long) > 1:
            return key, random.sample(long, 2)


def test_a_wrong_letter_in_each_of_two_words_still_finds_the_very_person(people):
    random = Random(12)  # noqa: S311
    tried = times(150)
    right = 0
    for _ in range(tried):
        key, chosen = two_of(random, people)
        typed = " ".join(misspelt(random, word) for word in chosen)
        right += key in [record.pk for record in searched(typed).first(25).records]
    assert right / tried >= 0.9


def test_two_words_that_are_nobodys_find_nobody(people):
    """Each of the words has more letters wrong than are forgiven."""
    random = Random(13)  # noqa: S311
    known = {word for _, name in people for word in words(name)}
    for _ in range(times(60)):
        _, chosen = two_of(random, people)
        typed = " ".join(f"{word[:2]}qxz{word[2:]}" for word in chosen)
        assert not known & set(typed.split())
        assert everything(searched(typed)) == [], typed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.text("bdklmt", min_size=5, max_size=8), st.text("aeiourst", min_size=5, max_size=8), st.randoms())
def test_generated_names_are_found_by_generated_edits_and_not_by_far_ones(scope, given_name, family, random):
    name = f"{given_name.capitalize()} {family.capitalize()}"
    one, other = misspelt(random, given_name), misspelt(random, family)
    assume(min(len(one), len(other)) >= 4 and one != given_name and other != family)
    far = f"{given_name[:1]}{'w' * FAR}{given_name[1:]}"
    with transaction.atomic():
        patient(name)
        found = [[each for each, _ in reasons(f"{word} {other}")] for word in (one, far)]
        transaction.set_rollback(True)
    assert found == [[name], []]
