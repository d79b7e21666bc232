"""Every address, as everybody who should not get in."""

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from clinic.accounts.middleware import PUBLIC_MODULES
from clinic.tenancy.scope import clinic_scope
from tests.world import make_assessment, make_patient

# Addresses outside every clinic, with what they are for.
OUTSIDE = {
    "api/v1/schema/": "the shape of the API, no data",
    "api/v1/docs/": "the shape of the API, no data",
    ".well-known/oauth-authorization-server": "where tokens are asked for, no data",
    "o/token/": "API clients sign in here, with their own secret",
    "o/revoke_token/": "API clients give a token back here, with their own secret",
    "accounts/choose/": "choosing a clinic",
    "accounts/switch/": "choosing a clinic",
    "accounts/no-clinic/": "says that there is no clinic",
    "accounts/logout/": "signs oneself out",
    "accounts/second-factor/": "says that the clinic asks for a second factor",
    "accounts/code/": "the second factor of who gave a right password",
    "accounts/reauthenticate/code/": "confirms that it is oneself",
    "accounts/reauthenticate/passkey/": "confirms that it is oneself",
    "accounts/factors/": "leads to one's own page",
    "accounts/factors/app/on/": "one's own second factor",
    "accounts/factors/app/off/": "one's own second factor",
    "accounts/factors/recovery-codes/": "one's own recovery codes",
    "accounts/factors/recovery-codes/new/": "one's own recovery codes",
    "accounts/factors/passkeys/": "leads to one's own page",
    "accounts/factors/passkeys/new/": "one's own passkeys",
    "accounts/factors/passkeys/<int:pk>/name/": "one's own passkeys",
    "accounts/factors/passkeys/<int:pk>/remove/": "one's own passkeys",
    "accounts/session/": "who is signed in and for how long",
    "account/": "one's own name, password and sessions",
    "account/sessions/end/": "signs oneself out elsewhere",
    "accounts/join/<str:token>/": "an invitation: whoever has the link was mailed it",
    "answer/<str:token>/": "a patient's link: asks for the date of birth or a code before it shows anything",
    "answer/<str:token>/answers/": "keeps answers, for whoever wrote the date of birth or the code at that link",
    "answer/<str:token>/thanks/": "says thanks, to whoever wrote the date of birth or the code at that link",
}
SECRET = "Quendolyn Secretname"


def views(patterns=None, prefix="") -> Iterator[tuple[str, object]]:
    """Every (route, view) of the site."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def address(route: str, key: UUID) -> str:
    """The route with `key` in place of every id."""
    route = re.sub(r"\(\?P<\w+>[^)]*\)", str(key), route.replace("^", "").replace("$", "").replace(r"\Z", ""))
    route = re.sub(r"<int:\w+>", "1", route)
    route = re.sub(r"<drf_format_suffix:\w+>", ".json", route)
    return "/" + re.sub(r"<[^>]*>", str(key), route)


def clinic_routes() -> list[str]:
    return [route for route, view in views() if route not in OUTSIDE and view.__module__ not in PUBLIC_MODULES]


@pytest.fixture
def secret(hillside):
    """A patient and an assessment of the other clinic, both with a text that must not be seen."""
    with clinic_scope(hillside.clinic):
        patient = make_patient(full_name=SECRET, family_name="Secretname")
        assessment = make_assessment(patient, name=f"Assessment of {SECRET}")
    return [patient.pk, assessment.pk, uuid4()]


def test_walk_sees_the_pages_and_the_api():
    routes = [route for route, _ in views()]
    assert {"patients/", "assessments/"} <= set(routes)
    assert len(clinic_routes()) >= 50


def test_every_address_outside_exists():
    assert set(OUTSIDE) - {route for route, _ in views()} == set()


def test_every_view_says_who_it_is_for():
    unmarked = [
        route
        for route, view in views()
        if not hasattr(view, "audience")
        and not hasattr(view, "required_permission")
        and not {"view_permission", "edit_permission"} <= set(dir(getattr(view, "cls", None)))
        and view.__module__ not in PUBLIC_MODULES
    ]
    assert unmarked == []


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_stranger_gets_nowhere(secret, method):
    assert (len(clinic_routes()) >= 50, len(secret)) == (True, 3)
    for route in clinic_routes():
        for key in secret:
            response = getattr(Client(), method)(address(route, key))
            assert response.status_code in (302, 401), (method, route, response.status_code)
            assert SECRET not in response.content.decode()


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_member_of_no_clinic_gets_nowhere(secret, nobody, sign_in, method):
    client = sign_in(nobody)
    assert (len(clinic_routes()) >= 50, len(secret)) == (True, 3)
    for route in clinic_routes():
        for key in secret:
            response = getattr(client, method)(address(route, key))
            assert response.status_code in (302, 403), (method, route, response.status_code)
            assert SECRET not in response.content.decode()


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_member_of_another_clinic_sees_nothing_of_it(secret, riverside, sign_in, method):
    client = sign_in(riverside.owner)
    assert (len(clinic_routes()) >= 50, len(secret)) == (True, 3)
    for route in clinic_routes():
        for key in secret:
            path = address(route, key)
            response = getattr(client, method)(path)
            while response.status_code == 302 and str(key) in path:
                path = response["Location"]  # of an address that only takes forms, the page above it
                response = client.get(path)
            assert response.status_code < 500, (method, route, response.status_code)
            assert SECRET not in response.content.decode()
            if str(key) in path:
                assert response.status_code in (404, 405), (method, route, response.status_code)


def test_other_clinics_search_finds_nothing(secret, riverside, hillside, sign_in):
    """What its own people find."""
    found = {}
    for world in (riverside, hillside):
        client = sign_in(world.owner)
        answers = [client.get(path, {"q": "Quendolyn"}) for path in ("/patients/", "/assessments/")]
        found[world.clinic.name] = [(each.status_code, "Secretname" in each.content.decode()) for each in answers]
    assert found == {"Riverside": [(200, False)] * 2, "Hillside": [(200, True)] * 2}
