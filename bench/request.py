"""One request that is signed in, checks the membership and reads one row of its clinic; prints its costs as JSON.

Run by bench.tenancy with the settings of either side. Messages are counted on the wire.
"""

import json
import os
import sys

import django
import psutil

NAME = "SELECT full_name FROM patients_patient LIMIT 1"
REQUESTS = 1000
STOCK = os.environ["DJANGO_SETTINGS_MODULE"] == "bench.stock_request_settings"
if __name__ == "__main__":
    sys.modules["bench.request"] = sys.modules["__main__"]
    django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from clinic.access import Permission, requires
from clinic.accounts.models import Membership, User


def answer() -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(NAME)
        return HttpResponse(cursor.fetchone()[0])


@requires(Permission.PATIENTS_VIEW)
def own(request: HttpRequest) -> HttpResponse:
    return answer()


def stock(request: HttpRequest) -> HttpResponse:
    mine = Membership.objects.filter(user=request.user.pk, clinic=request.tenant.pk, is_active=True)
    return answer() if request.user.is_active and mine.first() is not None else HttpResponse(status=403)


urlpatterns = [path("name/", stock if STOCK else own)]


def give_domain() -> None:
    """Stock's own tables, with the clinic that `bench.tenancy` put a patient into."""
    from django.contrib.sessions.models import Session

    from bench.domains.models import Domain
    from clinic.tenancy.models import Clinic

    tables = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for model in (Session, Domain):
            if model._meta.db_table not in tables:
                editor.create_model(model)
    Domain.objects.get_or_create(domain="127.0.0.1", tenant=Clinic.objects.get(name="Clinic 0"), is_primary=True)


def sign_in(email: str = "o@bench.test") -> str:
    """The cookie of a session."""
    from importlib import import_module

    from django.conf import settings

    user = User.objects.get(email=email)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def main() -> None:
    from tests.visitor import Visitor
    from tests.wire import wire

    if STOCK:
        give_domain()
    visitor = Visitor(sign_in())
    with wire(connection) as line:
        for _ in range(2):
            line.messages.clear()
            if (answered := visitor.get("/name/")) != ("200 OK", "Patient"):
                sys.exit(f"Not answered: {answered}")
        messages = len(line.messages)
    for _ in range(50):
        visitor.get("/name/")
    server = psutil.Process(connection.connection.get_backend_pid())
    own_begun, server_begun = os.times(), server.cpu_times()
    for _ in range(REQUESTS):
        visitor.get("/name/")
    own_ended, server_ended = os.times(), server.cpu_times()
    print(json.dumps({
        "messages": messages,
        "own": sum(own_ended[:2]) - sum(own_begun[:2]),
        "server": sum(server_ended[:2]) - sum(server_begun[:2]),
        "requests": REQUESTS,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
