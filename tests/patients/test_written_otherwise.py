"""Names that are written together or apart, by initials, or in letters that look the same, find each other."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.tenancy.scope import clinic_scope
from tests.filled import searched
from tests.world import make_patient


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def found(text: str) -> list[str]:
    return [record.full_name for record in searched(text).first(25).records]


@pytest.mark.parametrize(
    ("text", "name", "family"),
    [
        ("annemarie", "Anne-Marie Testhyphen", "Testhyphen"),
        ("annemarie testhyphen", "Anne-Marie Testhyphen", "Testhyphen"),
        ("alhassan", "Khalid Al-Hassan", "Al-Hassan"),
        ("khalid alhassan", "Khalid Al-Hassan", "Al-Hassan"),
        ("omar al rashid", "Omar Alrashid", "Alrashid"),
        ("van den berg", "Eva Vandenberg", "Vandenberg"),
        ("vandenberg", "Eva van den Berg", "van den Berg"),
        ("mccarthyx", "Bo Mc Carthyx", "Mc Carthyx"),
        ("jeanluc", "Jean-Luc Picard", "Picard"),
        ("vandermeersch", "Joos van der Meersch", "Meersch"),
        ("distefano", "Ana Di Stefano", "Stefano"),
        ("김민수", "김 민수", "민수"),
        ("김 민수", "김민수", ""),
        ("王小明", "小明 王", "王"),
        ("山田 太郎", "山田太郎", ""),
        ("leewong", "Ida Lee-Wong", "Lee-Wong"),
        ("mary ann", "Maryann Quist", "Quist"),
        ("jk rowling", "J. K. Rowling", "Rowling"),
        ("j k rowling", "JK Rowling", "Rowling"),
        ("كاظمي", "کاظمی", ""),
        ("کاظمی", "كاظمي", ""),
        ("رضا كاظمي", "رضا کاظمی", "کاظمی"),
    ],
)
def test_name_written_otherwise_is_found_once(scope, text, name, family):
    make_patient(full_name="Zed Other", family_name="Other")
    make_patient(full_name=name, family_name=family)
    assert found(text) == [name]


def test_name_as_it_is_typed_comes_before_the_same_written_otherwise(scope):
    for name, family in (("Ana Vandenberg", "Vandenberg"), ("Zoe van den Berg", "van den Berg")):
        make_patient(full_name=name, family_name=family)
    assert found("van den berg") == ["Zoe van den Berg", "Ana Vandenberg"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.text("bdklmt", min_size=2, max_size=5), st.text("gnprsv", min_size=3, max_size=5), st.sampled_from(" -."))
def test_two_words_and_one_find_each_other(scope, one, two, gap):
    with transaction.atomic():
        apart = make_patient(full_name=f"Quo {one}{gap}{two}", family_name=f"{one}{gap}{two}")
        joined = make_patient(full_name=f"Quo {one}{two}", family_name=f"{one}{two}")
        assert set(found(f"{one}{two}")) == set(found(f"{one} {two}")) == {apart.full_name, joined.full_name}
        transaction.set_rollback(True)


FAMILY, GIVEN = st.text("王김山田李박佐", min_size=1, max_size=2), st.text("小明민수太郎かな", min_size=1, max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(FAMILY, GIVEN)
def test_names_that_are_written_without_a_space_are_found_with_one_and_without(scope, family, given_name):
    with transaction.atomic():
        apart = make_patient(full_name=f"{family} {given_name}", family_name=family)
        joined = make_patient(full_name=f"{family}{given_name}", family_name="")
        both = {apart.full_name, joined.full_name}
        assert (set(found(f"{family} {given_name}")), set(found(f"{family}{given_name}"))) == (both, both)
        transaction.set_rollback(True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.text("bdklmt", min_size=2, max_size=5), st.text("gnprsv", min_size=3, max_size=5))
def test_two_words_are_found_as_one_wherever_the_family_name_begins(scope, one, two):
    with transaction.atomic():
        patient = make_patient(full_name=f"Quo {one} {two}", family_name=two)
        assert found(f"{one}{two}") == [patient.full_name]
        transaction.set_rollback(True)
