"""How passwords are kept: the one place that hashes as the product does, since other tests sign in by a cheap hash."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from clinic import settings as product
from clinic.accounts.models import User
from tests.world import PASSWORD


@pytest.fixture(autouse=True)
def _hashing_of_the_product(settings):
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS


def test_password_is_kept_by_argon2id_as_its_library_advises():
    assert make_password(PASSWORD).split("$")[:4] == ["argon2", "argon2id", "v=19", "m=102400,t=2,p=8"]


def test_right_password_signs_in_and_a_wrong_one_does_not(riverside):
    User.objects.filter(pk=riverside.clinician.pk).update(password=make_password(PASSWORD))
    form = {"login": riverside.clinician.email, "password": PASSWORD}
    assert Client().post("/accounts/login/", form).status_code == 302
    assert Client().post("/accounts/login/", {**form, "password": PASSWORD + "s"}).status_code == 200


def test_hash_of_lesser_cost_is_renewed_at_the_next_sign_in(riverside):
    before = User.objects.get(pk=riverside.owner.pk).password
    assert "m=8,t=1" in before
    form = {"login": riverside.owner.email, "password": PASSWORD}
    assert Client().post("/accounts/login/", form).status_code == 302
    assert "m=102400,t=2" in User.objects.get(pk=riverside.owner.pk).password
