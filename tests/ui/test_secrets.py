"""Secrets of addresses: in no log of ours, and the same list in the proxy's."""

import json
import logging
import re
import secrets
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clinic.ui.logs import SECRET_PATHS, formatter, without_secret
from tests.postgres import ROOT

TOKENS = st.text(st.characters(exclude_characters="/", exclude_categories=("Cs",)), min_size=3, max_size=60)


@given(prefix=st.sampled_from(SECRET_PATHS), token=TOKENS, rest=st.sampled_from(["", "/", "/answers/"]))
def test_no_path_keeps_its_secret(prefix, token, rest):
    assert without_secret(f"GET {prefix}{token}{rest}") == f"GET {prefix}…{rest}"
    assert without_secret(f"GET {prefix.upper()}{token}{rest}") == f"GET {prefix.upper()}…{rest}"


@pytest.mark.parametrize("path", ["/patients/", "/accounts/login/", "/accounts/password/reset/", "/answers/abc/"])
def test_other_paths_are_written_as_they_are(path):
    assert without_secret(path) == path


def test_proxy_hides_the_same_paths():
    template = (ROOT / "deploy" / "nginx" / "clinic.conf.template").read_text()
    [block] = re.findall(r"map \$uri \$logged_path \{(.*?)\}", template, re.DOTALL)
    hidden = re.findall(r"~\^(\S+)\s+(\S+);", block)
    assert hidden == [(path, f"{path}...") for path in SECRET_PATHS]


@pytest.mark.parametrize("typed", ["{0}", "{0} {0}", '"{0}"', " {0}", "{0}\u00a0{0}"])
@pytest.mark.parametrize("prefix", SECRET_PATHS)
def test_request_to_a_secret_address_is_logged_without_it(riverside, caplog, prefix, typed):
    secret = f"{secrets.token_hex(8)}-{secrets.token_hex(8)}"
    with caplog.at_level(logging.DEBUG):
        response = Client().get(f"{prefix}{quote(typed.format(secret))}/")
    lines = [formatter().format(each) for each in caplog.records]
    paths = [json.loads(line)["path"] for line in lines if json.loads(line)["event"] == "request"]
    assert (response.status_code < 500, paths, [line for line in lines if secret in line]) == (
        True,
        [f"{prefix}…/"],
        [],
    )
