"""What django-tenants as it comes takes for a few clinics; prints seconds as JSON. Run by bench.tenancy."""

import io
import json
import os
import sys
import time
from collections.abc import Callable

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.stock_settings"
import django

django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from clinic.tenancy.models import Clinic


def timed(function: Callable[[], object]) -> float:
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun


def create(number: int) -> None:
    clinic = Clinic(name=f"Stock {number}")
    clinic.auto_create_schema = True
    clinic.save(verbosity=0)


def migrate(schema_name: str) -> None:
    call_command("migrate_schemas", tenant=True, schema_name=schema_name, interactive=False, verbosity=0)


def main() -> None:
    sample = sys.argv[1].split(",")
    silent, sys.stdout = sys.stdout, io.StringIO()
    for schema_name in sample:
        migrate(schema_name)  # notes the shared apps' migrations in the clinic's schema too: not counted
    results = {
        "create": [timed(lambda n=n: create(n)) for n in range(3)],
        "nothing": [timed(lambda s=s: migrate(s)) for s in sample],
    }
    for clinic in Clinic.objects.filter(name__startswith="Stock"):
        connection.cursor().execute(f'DROP SCHEMA "{clinic.schema_name}" CASCADE')
        Clinic.objects.filter(pk=clinic.pk).delete()
    settings.MIGRATION_MODULES = {"patients": "bench.later"}
    results["one"] = [timed(lambda s=s: migrate(s)) for s in sample]
    sys.stdout = silent
    print(json.dumps(results))


main()
