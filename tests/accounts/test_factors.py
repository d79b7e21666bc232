"""The second factor: set up on one's own page, asked for when signing in, each code accepted once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clinic.accounts.factors.codes import use_code
from tests.clock import in_one_zone
from tests.conftest import signed_in
from tests.factors import APP_ON, CODE, HALF_MINUTE, code_for, key_on, set_up_app
from tests.world import PASSWORD

PAGE = "/account/"
OFF, CODES = "/accounts/factors/app/off/", "/accounts/factors/recovery-codes/"
NEW_CODES, PASSKEY = f"{CODES}new/", "/accounts/factors/passkeys/new/"
AGAIN = "/accounts/reauthenticate/"


def given_password(user) -> Client:
    """A client whose password was right, and that is asked for the second factor."""
    client = Client()
    response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, CODE)
    return client


def is_in(client: Client) -> bool:
    return client.get("/patients/").status_code == 200


def test_app_is_set_up_and_asked_for_from_then_on(clock, riverside, sign_in):
    client = sign_in(riverside.clinician)
    codes = set_up_app(client)
    assert (len(codes), "On since" in client.get(PAGE).content.decode(), is_in(client)) == (10, True, True)
    other = given_password(riverside.clinician)
    assert (is_in(other), other.post(CODE, {"code": "000000"}).status_code, is_in(other)) == (False, 200, False)
    assert (other.post(CODE, {"code": code_for(riverside.clinician)}).status_code, is_in(other)) == (302, True)


def test_secrets_are_sealed_and_outlive_a_new_key_of_the_server(riverside, sign_in, settings):
    client = sign_in(riverside.clinician)
    key = key_on(client.get(APP_ON).content.decode())
    set_up_app(client)
    rows = {row.type: row.data for row in Authenticator.objects.filter(user=riverside.clinician)}
    stored, sealed = json.dumps(rows), rows["totp"]["secret"]
    secret = decrypt(sealed)
    assert (secret in stored, key in stored, len(secret), set(rows)) == (False, False, 32, {"totp", "recovery_codes"})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert decrypt(sealed) == secret
    settings.SECRET_KEY_FALLBACKS = []
    assert len({secret, decrypt(sealed), decrypt(sealed)}) == 3  # nobody can know what stands for it


@in_one_zone
@pytest.mark.parametrize("later", [-2, -1, 0, 1, 2])
def test_code_is_taken_half_a_minute_around_and_once(clock, riverside, sign_in, later):
    set_up_app(sign_in(riverside.clinician))
    code, right = code_for(riverside.clinician, later), abs(later) <= 1
    first, second = given_password(riverside.clinician), given_password(riverside.clinician)
    first.post(CODE, {"code": code})
    second.post(CODE, {"code": code})
    assert (is_in(first), is_in(second)) == (right, False)


@in_one_zone
def test_code_before_one_that_was_used_is_used_up_too(clock, riverside, sign_in):
    set_up_app(sign_in(riverside.clinician))
    before = code_for(riverside.clinician)
    clock.move(seconds=HALF_MINUTE)
    client, other = given_password(riverside.clinician), given_password(riverside.clinician)
    client.post(CODE, {"code": code_for(riverside.clinician)})
    other.post(CODE, {"code": before})
    assert (is_in(client), is_in(other)) == (True, False)


def test_code_is_taken_once_by_racing_workers(lakeside):
    client = signed_in(Client(), lakeside.clinician)
    set_up_app(client)
    app, code = Authenticator.objects.get(user=lakeside.clinician, type="totp"), code_for(lakeside.clinician)

    def race(_: int) -> bool:
        try:
            return use_code(app, code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(race, range(8))) == [False] * 7 + [True]


def test_recovery_code_signs_in_once_and_is_shown_once(riverside, sign_in):
    client = sign_in(riverside.clinician)
    codes = set_up_app(client)
    seen = []
    for _ in range(2):
        other = given_password(riverside.clinician)
        other.post(CODE, {"code": codes[0]})
        seen.append(is_in(other))
    page = client.get(CODES).content.decode()
    assert (seen, codes[1] in page, "9 are left" in page) == ([True, False], False, True)
    assert "9 left" in client.get(PAGE).content.decode()


def test_new_recovery_codes_end_those_before(riverside, sign_in):
    client = sign_in(riverside.clinician)
    [old, *_] = set_up_app(client)
    page = client.post(NEW_CODES, follow=True).content.decode()
    other = given_password(riverside.clinician)
    other.post(CODE, {"code": old})
    assert (page.count("<code>"), old in page, is_in(other)) == (10, False, False)


def test_app_is_switched_off_with_its_recovery_codes(riverside, sign_in):
    client = sign_in(riverside.clinician)
    set_up_app(client)
    assert (client.get(OFF).status_code, client.post(OFF).status_code) == (200, 302)
    assert (Authenticator.objects.filter(user=riverside.clinician).count(), is_in(sign_in(riverside.clinician))) == (
        0,
        True,
    )


@in_one_zone
@pytest.mark.parametrize("path", [APP_ON, OFF, NEW_CODES, PASSKEY])
def test_factor_is_changed_only_by_who_confirmed_lately(clock, riverside, sign_in, path):
    client = sign_in(riverside.clinician)
    if path != APP_ON:
        set_up_app(client)
    clock.move(minutes=10)
    led, wrong = client.get(path), client.post(AGAIN, {"password": "wrong", "next": path})
    assert (led.status_code, led["Location"].partition("?")[0], wrong.status_code) == (302, AGAIN, 200)
    right = client.post(AGAIN, {"password": PASSWORD, "next": path})
    assert (right.status_code, right["Location"], client.get(path).status_code) == (302, path, 200)
    clock.move(minutes=10)
    kept = list(Authenticator.objects.filter(user=riverside.clinician).values_list("data", flat=True))
    sent = client.post(path, {"code": "1"})
    assert (sent.status_code, sent["Location"].partition("?")[0]) == (302, AGAIN)
    assert list(Authenticator.objects.filter(user=riverside.clinician).values_list("data", flat=True)) == kept


@in_one_zone
def test_code_confirms_too(clock, riverside, sign_in):
    client = sign_in(riverside.clinician)
    set_up_app(client)
    clock.move(minutes=11)
    form = {"code": code_for(riverside.clinician), "next": OFF}
    assert (client.get(f"{AGAIN}code/").status_code, client.post(f"{AGAIN}code/", form)["Location"]) == (200, OFF)
    assert client.get(OFF).status_code == 200


@in_one_zone
def test_sixth_wrong_code_is_not_looked_at_nor_a_right_one_after_it(clock, riverside, sign_in):
    set_up_app(sign_in(riverside.clinician))
    client = given_password(riverside.clinician)
    seen = [client.post(CODE, {"code": "000000"}).status_code for _ in range(6)]
    late = client.post(CODE, {"code": code_for(riverside.clinician)})
    assert (seen, late.status_code, "Retry-After" in late.headers, is_in(client)) == (
        [200] * 5 + [429],
        429,
        True,
        False,
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "rawId", "type", "response", "clientDataJSON", "attestationObject", "authenticatorData",
                 "signature", "userHandle", "clientExtensionResults"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("0")
@given(st.one_of(JSON.map(json.dumps), st.text(max_size=20)))
def test_made_up_passkey_is_refused_in_the_page(confirmed, credential):
    for path in (PASSKEY, f"{AGAIN}passkey/"):
        assert confirmed.post(path, {"name": "Mine", "credential": credential}).status_code in (200, 302, 429)
    assert not Authenticator.objects.filter(type="webauthn").exists()


@pytest.fixture
def confirmed(riverside, sign_in):
    client = sign_in(riverside.clinician)
    client.get(PASSKEY)
    return client


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=50))
def test_any_text_as_a_code_is_refused_in_the_page(confirmed, code):
    assert confirmed.post(APP_ON, {"code": code}).status_code in (200, 429)
    assert not Authenticator.objects.filter(type="totp").exists()


def test_nobody_reaches_the_passkey_of_another(riverside, sign_in):
    row = Authenticator.objects.create(user=riverside.owner, type="webauthn", data={"name": "Hers", "credential": {}})
    client = sign_in(riverside.clinician)
    paths = [f"/accounts/factors/passkeys/{row.pk}/{what}/" for what in ("name", "remove")]
    assert [client.post(path, {"name": "Mine"}).status_code for path in paths] == [404, 404]
    assert Authenticator.objects.get(pk=row.pk).data["name"] == "Hers"


def test_change_of_a_factor_is_told_by_mail(lakeside, mailoutbox):
    client = signed_in(Client(), lakeside.clinician)
    set_up_app(client)
    client.post(NEW_CODES)
    client.post(OFF)
    told = [(mail.to, mail.subject.partition("] ")[2]) for mail in mailoutbox]
    factor, codes = "Your second factor was changed", "Your recovery codes were changed"
    assert told == [([lakeside.clinician.email], what) for what in (factor, codes, factor)]


def test_five_wrong_codes_of_strangers_are_looked_at_and_none_in_a_browser_that_is_known(clock, riverside, sign_in):
    user = riverside.clinician
    mine = sign_in(user)
    set_up_app(mine)
    mine.post("/accounts/logout/")
    found = [given_password(user).post(CODE, {"code": "000000"}) for _ in range(6)]
    assert [answer.status_code for answer in found] == [200] * 5 + [429]
    assert ("Too many wrong codes" in found[5].content.decode(), int(found[5]["Retry-After"]) > 0) == (True, True)
    refused = given_password(user).post(CODE, {"code": code_for(user, 1)})
    assert refused.status_code == 429
    mine.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert (mine.post(CODE, {"code": code_for(user, 1)}).status_code, is_in(mine)) == (302, True)
