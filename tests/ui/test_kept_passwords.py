"""The page that keeps what was typed never shows or sends on a password: of no form that the site has."""

import re

import pytest
from allauth.account import forms as allauth
from django import forms
from django.test import Client

from tests.postgres import ROOT

TYPED = "correct horse battery"


def password_fields() -> list[str]:
    """The names of all fields that hide what is typed: of packages' forms, and in our templates."""
    made = [
        name
        for form in vars(allauth).values()
        if isinstance(form, type) and issubclass(form, forms.Form)
        for name, field in form.base_fields.items()
        if isinstance(field.widget, forms.PasswordInput)
    ]
    written = [
        re.search(r'name="([^"]+)"', tag)[1]
        for path in (ROOT / "templates").glob("**/*.html")
        for tag in re.findall(r"<input\b[^>]*>", path.read_text())
        if 'type="password"' in tag
    ]
    assert (made, written) != ([], [])
    return sorted({*made, *written})


@pytest.mark.parametrize("name", password_fields())
def test_password_is_not_echoed(db, name):
    response = Client().post("/patients/new/", {"full_name": "Ana García", name: TYPED})
    page = response.content.decode()
    assert (response.status_code, "Ana García" in page, TYPED in page) == (401, True, False)


def test_fields_of_passwords_are_found():
    assert {"password", "oldpassword", "password1", "password2"} <= set(password_fields())
