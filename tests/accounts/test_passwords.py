"""How passwords are kept: the one place that hashes as the product does, since other tests sign in by a cheap hash."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from psycopg2.errorcodes import INSUFFICIENT_PRIVILEGE

from clinic import settings as product
from clinic.accounts.models import User
from tests.world import PASSWORD


@pytest.fixture(autouse=True)
def _hashing_of_the_product(settings):
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS


def test_password_is_kept_by_argon2id_as_its_library_advises():
    assert make_password(PASSWORD).split("$")[:4] == ["argon2", "argon2id", "v=19", "m=102400,t=2,p=8"]


def test_right_password_signs_in_and_a_wrong_one_does_not(riverside):
    User.objects.get(pk=riverside.clinician.pk).change_password(PASSWORD)
    form = {"login": riverside.clinician.email, "password": PASSWORD}
    assert Client().post("/accounts/login/", form).status_code == 302
    assert Client().post("/accounts/login/", {**form, "password": PASSWORD + "s"}).status_code == 200


def test_hash_of_lesser_cost_is_renewed_at_the_next_sign_in(riverside):
    before = User.objects.get(pk=riverside.owner.pk).password
    assert "m=8,t=1" in before
    form = {"login": riverside.owner.email, "password": PASSWORD}
    assert Client().post("/accounts/login/", form).status_code == 302
    assert "m=102400,t=2" in User.objects.get(pk=riverside.owner.pk).password


def as_web(statement: str, *values: object) -> Any:
    """The one value that the web's role gets, or the SQLSTATE of its refusal."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()[0]
    except ProgrammingError as refusal:
        return refusal.__cause__.pgcode


def test_web_sets_no_password_whose_hash_it_does_not_know(riverside):
    user = User.objects.get(pk=riverside.owner.pk)
    wanted = "SELECT public.change_password(%s, %s, 'another')"
    guesses = ["", "%", user.password.upper(), user.password + " ", riverside.clinician.password]
    assert [as_web(wanted, user.pk, guess) for guess in guesses] == [False] * 5
    assert as_web(wanted, uuid4(), user.password) is False
    assert as_web("UPDATE public.accounts_user SET password = 'another' RETURNING 1") == INSUFFICIENT_PRIVILEGE
    assert User.objects.get(pk=user.pk).password == user.password
    assert as_web(wanted, user.pk, user.password) is True
    assert User.objects.get(pk=user.pk).password == "another"


def test_of_two_who_change_one_password_the_second_is_refused(riverside):
    first, second = (User.objects.get(pk=riverside.owner.pk) for _ in range(2))
    first.change_password("a wholly different passphrase")
    with pytest.raises(PermissionDenied, match="was changed a moment ago"):
        second.change_password("yet another passphrase")
    assert User.objects.get(pk=first.pk).check_password("a wholly different passphrase")
