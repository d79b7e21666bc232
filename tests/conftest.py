"""Fixtures: a real PostgreSQL, two clinics made once, real sign-in, and a real server for the browser.

Ordinary tests run as the web's role in a transaction that is rolled back; a clinic scope in it is a savepoint, and
no test holds one while it calls a client.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from hypothesis import settings as sized
from pytest_django.plugin import DjangoDbBlocker

from clinic.accounts.models import User
from clinic.tenancy.cluster import has_citus
from clinic.tenancy.scope import clinic_scope
from clinic.ui.requests import whole_bodies
from tests import template
from tests.as_two import as_two, is_asked_for
from tests.clock import clock as clock
from tests.pooler import server as server_address
from tests.sealing import clinic_of, commits
from tests.shared import pytest_runtest_teardown as pytest_runtest_teardown
from tests.shared import shared
from tests.static_files import list_once
from tests.wire import through
from tests.world import PASSWORD, World, own_clinic

worlds = SimpleNamespace()
# How long a test takes is for benchmarks to say. The same tests have the same examples each time, so that a change is
# judged by what it changes; whoever asks for more of them (TIMES) gets others, too.
sized.register_profile("clinic", sized(), deadline=None, derandomize="TIMES" not in os.environ, database=None)
sized.load_profile("clinic")
settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]
settings.CACHES = {"default": {"BACKEND": "tests.no_cache.Refusing"}}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> None:
    """Have the database that every test finds, and the people of its clinics in `worlds`."""
    with django_db_blocker.unblock():
        template.start()
        for name in template.DOMAINS:
            setattr(worlds, name.lower(), template.world(name))
        worlds.both = User.objects.using("owner").get(email=template.BOTH)
        worlds.nobody = User.objects.using("owner").get(email=template.NOBODY)
        call_command("collectstatic", interactive=False, verbosity=0)
        list_once()
        for asked in connections:  # once a process, so that no test's statements are more for being the first
            has_citus(asked)
        connections.close_all()
    shared.begin()


@pytest.fixture
def db(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test's transaction, which is rolled back; on a cluster one that `seals` has none."""
    if commits(request):
        with django_db_blocker.unblock():
            yield
            connections.close_all()
    else:
        request.getfixturevalue("_django_db_helper")
        yield


@pytest.fixture
def riverside(request: pytest.FixtureRequest, db: None) -> Iterator[World]:
    with clinic_of(request, worlds.riverside) as world:
        yield world


@pytest.fixture
def hillside(request: pytest.FixtureRequest, db: None) -> Iterator[World]:
    with clinic_of(request, worlds.hillside) as world:
        yield world


@pytest.fixture(scope="session")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A committed clinic of bulk data, also outside a transaction; tests only read it, or roll back what they write."""
    with django_db_blocker.unblock():
        yield worlds.filled


@pytest.fixture
def both(db: None) -> User:
    """A clinician of both clinics."""
    return worlds.both


@pytest.fixture
def nobody(db: None) -> User:
    """Somebody who belongs to no clinic."""
    return worlds.nobody


def signed_in(client: Client, user: User) -> Client:
    """The client after the sign-in page was filled in for `user`."""
    response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302, response.content.decode()
    return client


@pytest.fixture
def sign_in(db: None) -> Callable[[User], Client]:
    """A function that gives a new client, signed in as somebody."""
    return lambda user: signed_in(Client(), user)


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        return None


@pytest.fixture(scope="session")
def server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of the application, served by threads of this process on a free port; or that of two services."""
    if is_asked_for():
        with as_two() as address:
            yield address
        return
    with django_db_blocker.unblock():
        httpd = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
        httpd.daemon_threads = True
        httpd.set_app(whole_bodies(get_wsgi_application()))
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        httpd.server_close()


@pytest.fixture
def direct() -> Iterator[None]:
    """The connection goes to the server itself, where the run's go through a pooler: for what breaks it."""
    host, port, _ = server_address()
    with through(connections["default"], host, port):
        yield


@pytest.fixture
def lakeside(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A committed clinic of the test's own, dropped afterwards, for what cannot be rolled back."""
    with django_db_blocker.unblock(), own_clinic("Lakeside") as world:
        yield world


@pytest.fixture(scope="module")
def woodside(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A committed clinic for the tests of a module, each of which works on records of its own."""
    with django_db_blocker.unblock():
        with own_clinic("Woodside") as world:
            yield world
        connections.close_all()


@pytest.fixture
def in_woodside(woodside: World) -> Callable[[], AbstractContextManager[None]]:
    """Opens that clinic's scope."""
    return partial(clinic_scope, woodside.clinic)


@pytest.fixture
def live(server: str, lakeside: World) -> SimpleNamespace:
    """A committed clinic behind a running server: `url`, `world`, `scope()`."""
    return SimpleNamespace(url=server, world=lakeside, scope=lambda: clinic_scope(lakeside.clinic))
