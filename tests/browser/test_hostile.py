"""A clinic in which every text is hostile HTML: no page of it runs a line of that."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from psycopg2.extras import Json

from tests import posted
from tests.blanked import text_of
from tests.committed import administer
from tests.conftest import signed_in
from tests.test_matrix import names_of
from tests.test_permissions import TAKES
from tests.test_url_walk import address
from tests.world import World, own_clinic

HOSTILE = "\"'><img src=x onerror=alert(1)>"
# What a person never wrote: keys, names of parts of the code, numbers of telephones.
MACHINES = {
    "list", "query", "work", "undo_work", "worker", "action", "record_type", "request_id", "checksum", "language",
    "grade", "kind", "target", "rule", "sex", "table", "column", "last_instrument", "instrument", "instrument_version",
    "origin", "phone_number", "second_phone_number", "phone_extension", "second_phone_extension", "word",
}  # fmt: skip
INSIDE = {"questions", "changes", "details", "reasons"}  # JSON with words of people in it
MACHINE = re.compile(r"[0-9a-f-]{36}|[\d.:+TZ -]+|[a-z_]+")  # ids, moments, words of the code
SEEN = "document.querySelectorAll('img[src=x], [onerror]').length"


def poisoned(value: Any) -> Any:
    """JSON with hostile text wherever it has text; keys and numbers stay."""
    if isinstance(value, dict):
        return {key: poisoned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each) for each in value]
    return HOSTILE if isinstance(value, str) and not MACHINE.fullmatch(value) else value


def columns() -> Iterator[Any]:
    for config in apps.get_app_configs():
        for model in config.get_models() if config.name in settings.TENANT_APPS else ():
            yield from model._meta.local_concrete_fields


def is_written(field: Any) -> bool:
    """Whether it is a column of text that people fill."""
    is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
    of_trail = (field.model.__name__, field.name) == ("AuditEvent", "address")
    return is_text and not (field.unique or of_trail or field.name in MACHINES or field.name.endswith("_id"))


def poison(schema: str) -> int:
    """Write it into every such column, whatever forms would say to that; how many columns there were."""
    written = [field for field in columns() if is_written(field)]
    for field in written:
        table, most = f"{schema}.{field.model._meta.db_table}", field.max_length or 100
        one = "left(%s || substr(md5(random()::text), 1, 6), %s)"
        administer(f'UPDATE {table} SET "{field.column}" = {one} WHERE "{field.column}" <> \'\'', HOSTILE, most)
    inside = [field for field in columns() if field.name in INSIDE and isinstance(field, models.JSONField)]
    for field in inside:
        table, key = f"{schema}.{field.model._meta.db_table}", field.model._meta.pk.column
        for pk, value in administer(f'SELECT "{key}", "{field.column}" FROM {table}'):
            wrong = Json(poisoned(value))
            administer(f'UPDATE {table} SET "{field.column}" = %s WHERE "{key}" = %s', wrong, pk)
    return len(written) + len(inside)


@pytest.fixture
def hostile(server, django_db_blocker) -> Iterator[tuple[World, dict[str, str]]]:
    with django_db_blocker.unblock(), own_clinic("Hostile") as world:
        made = {**vars(posted.records(world)), "colleague": world.clinician}
        assert poison(world.clinic.schema_name) > 30
        yield world, {name: str(each.pk) for name, each in made.items() if isinstance(each, models.Model)}


def test_nothing_that_somebody_wrote_is_run(hostile, visit, watch, server):
    world, ids = hostile
    page, client, opened, found = visit(world.owner), signed_in(Client(), world.owner), 0, []
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))  # a fragment names no icon
    page.on("dialog", lambda dialog: (found.append(page.url), dialog.dismiss()))
    for route in TAKES:
        names = names_of(route) if "<uuid:pk>" in route else [""]
        for path in {address(route, ids.get(name) or uuid4()) for name in names}:
            answer = client.get(path)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                opened += "onerror" in text_of(answer)
                page.goto(path)
                found += [path] * page.evaluate(SEEN)
    assert (found, opened > 25) == ([], True)
