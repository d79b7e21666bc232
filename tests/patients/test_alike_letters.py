"""One name from several keyboards: Persian and Arabic forms of letters mixed within a text find each other."""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.patients.search.conditions import T
from clinic.tenancy.scope import clinic_scope
from tests.filled import searched
from tests.world import make_patient

# Each letter as keyboards have it; the first is the Persian one.
FORMS = {
    "k": "\u06a9\u0643\u06aa", "y": "\u06cc\u064a\u0649", "h": "\u0647\u06c1\u06be\u06d5\u0629\u06c3",
    "a": ("\u0627", "\u0623", "\u0625", "\u0622", "\u0671", "\u0627\u0654"), "w": ("\u0648", "\u0624", "\u0648\u0654"),
    "i": ("\u06cc", "\u0626", "\u06cc\u0654", "\u064a\u0654"), "5": "\u06f5\u06655", "r": "\u0631", "z": "\u0632",
    "m": "\u0645", "s": "\u0633", "t": "\u062a", "n": "\u0646", "d": "\u062f",
}  # fmt: skip
BETWEEN = ("", "\u0640", "\u200c", "\u200d", "\u064e", "\u0651")  # tatweel, joiners, vowel marks
SOUNDS = st.text("kyhaiwrzmstnd", min_size=3, max_size=7)


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def found(text: str) -> list[str]:
    return [record.full_name for record in searched(text).first(25).records]


def spelling(draw, sounds: str) -> str:
    """One way to write these sounds, each letter from any keyboard."""
    return "".join(draw(st.sampled_from(FORMS[sound])) + draw(st.sampled_from(BETWEEN)) for sound in sounds)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(SOUNDS, SOUNDS, st.data())
def test_each_spelling_finds_each_other_one_and_nobody_else(scope, one, other, data):
    names = [
        f"{spelling(data.draw, one)} {spelling(data.draw, 'r' + other)}", spelling(data.draw, "tmtm" + one + "tm")
    ]  # fmt: skip
    typed = f"{spelling(data.draw, 'r' + other)} {spelling(data.draw, one)}"
    with transaction.atomic():
        kept = [
            make_patient(full_name=name, family_name=name.split()[-1] if number == 0 else "").full_name
            for number, name in enumerate(names)
        ]
        first = found(typed)
        transaction.set_rollback(True)
    assert first == kept[:1]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("كاظمی", "کاظمي"),  # one kaf and one yeh from each keyboard
        ("کاظمي", "كاظمی"),
        ("فاطمہ كاظمی", "فاطمة کاظمي"),
        ("هديه رضائي", "ھدیہ رضایی"),
        ("محمّد‌رضا", "محمدرضا"),
        ("محمد رضا", "محمد‌رضا"),
        ("محمد‌رضا کاظمي", "محمد رضا كاظمی"),
        ("علـــي ۵", "علی ٥"),
        ("علی 5", "علي ۵"),
        ("ﻛﺎﻇﻢ", "کاظم"),  # as some programs write letters by their shape
    ],
)
def test_mixed_forms_of_letters_are_found_once(scope, text, name):
    make_patient(full_name="رضا احمدی", family_name="احمدی")
    make_patient(full_name=name, family_name="")
    assert found(text) == [name]


def test_another_name_is_not_taken_for_the_same(scope):
    make_patient(full_name="کاظمي", family_name="")
    assert [found(text) for text in ("كاشفی", "كريمی", "کامكار")] == [[], [], []]


def test_names_in_other_letters_are_not_in_the_index(scope):
    for name in ("Ana Bell", "Мария Соловьёва", "王芳", "Ward 5", "علي"):
        make_patient(full_name=name, family_name="")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT full_name FROM {T} WHERE public.alike_key(filed_as, given_as) IS NOT NULL")
        assert cursor.fetchall() == [("علي",)]
