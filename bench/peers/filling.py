"""Makes the tables in the schema `peers` and fills them from the clinic's schema it is given; run by copy_rows."""

import sys

import django

if __name__ == "__main__":
    django.setup()
from django.core.management import call_command
from django.db import connection, models

from bench.peers.models import Patient, PatientTuned, Practitioner

SOURCES: dict[type[models.Model], str] = {
    Practitioner: "staff_practitioner",
    Patient: "patients_patient",
    PatientTuned: "patients_patient",
}
CALLED = {"practitioner_id": "user_id"}


def set_search_path(*schemas: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {', '.join(schemas)}")


def make_contrib_tables() -> None:
    """With `public` out of sight: the clinic's own table of migrations, there, says that they are done."""
    set_search_path("peers")
    call_command("migrate", verbosity=0)
    set_search_path("peers", "public")


def insert(model: type[models.Model], clinic_schema: str) -> str:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    chosen = [CALLED.get(column, column) for column in columns]
    source = f"{connection.ops.quote_name(clinic_schema)}.{SOURCES[model]}"
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(chosen)} FROM {source}"


def main() -> None:
    make_contrib_tables()
    with connection.schema_editor() as editor:  # which makes indexes last, of tables that are full
        for model in SOURCES:
            editor.create_model(model)
        for model in SOURCES:
            editor.execute(insert(model, sys.argv[1]), params=None)


if __name__ == "__main__":
    main()
