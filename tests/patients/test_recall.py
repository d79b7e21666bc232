"""Does search find whom it should? Asked of an oracle that reads every name."""

from random import Random

import pytest

from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.filled import everything, searched
from tests.patients.oracle import folded, matches, misspelt, words
from tests.sizes import times


@pytest.fixture
def random() -> Random:
    return Random(11)  # noqa: S311


@pytest.fixture
def people(filled, db):
    """The active patients' keys and names; the clinic's scope is open."""
    with clinic_scope(filled.clinic):
        rows = Patient.objects.active().values_list("pk", "full_name", "family_name", "preferred_name").order_by("pk")
        yield [(key, " ".join(names)) for key, *names in rows]


def prefix(random, word):
    return word[: random.randint(1, len(word))]


def found(text):
    return [record.pk for record in everything(searched(text))]


def test_every_prefix_of_a_word_finds_all_who_have_it_before_anybody_else(people, random):
    missed = {}
    for _ in range(times(120)):
        typed = prefix(random, random.choice(random.choice(people)[1].replace("-", " ").split()))
        wanted = {key for key, name in people if matches(name, typed)}
        keys = found(typed)
        if set(keys[: len(wanted)]) != wanted or len(keys) != len(set(keys)):
            missed[typed] = len(wanted - set(keys))
    assert missed == {}


def test_prefixes_of_several_words_in_any_order_find_all_who_have_them(people, random):
    missed = {}
    for _ in range(times(120)):
        parts = random.choice(people)[1].replace("-", " ").split()
        typed = " ".join(
            prefix(random, word) for word in random.sample(parts, min(len(parts), random.choice((2, 2, 3))))
        )
        wanted = {key for key, name in people if matches(name, typed)}
        keys = found(typed)
        if set(keys[: len(wanted)]) != wanted or len(keys) != len(set(keys)):
            missed[typed] = len(wanted - set(keys))
    assert missed == {}


def test_case_and_accents_make_no_difference(people, random):
    for _ in range(40):
        name = random.choice(people)[1]
        assert found(name.upper()) == found(folded(name)), name


@pytest.mark.parametrize("count", [1, 2])
def test_one_wrong_letter_still_finds_the_name_on_the_first_page(people, random, count):
    """Of one word: somebody of that name. Of two: that very person."""
    tried, right = 0, 0
    while tried < times(150):
        name = random.choice(people)[1]
        parts = [word for word in words(name) if len(word) >= 4 and word.isascii()]
        if len(set(parts)) < count:
            continue
        chosen = random.sample(sorted(set(parts)), count)
        typed = [misspelt(random, chosen[0]), *chosen[1:]]
        tried += 1
        page = searched(" ".join(typed)).first(25).records
        right += any(
            chosen[0] in words(f"{record.full_name} {record.family_name} {record.preferred_name}") for record in page
        )
    assert right / tried >= 0.95


def test_letters_inside_a_word_find_it_before_what_is_only_similar(people):
    wanted = {key for key, name in people if any("son" in word for word in words(name))}
    assert wanted == set(found("son")[: len(wanted)])
