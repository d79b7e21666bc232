"""The schema editor: what it sends is one command a message, and a column comes before its constraints.

Both hold on every server, so that what a release's migrations come to is one list of statements, whatever a clinic
lives on. The list is joined again where the server takes several at once. What Django writes as one,

    ALTER TABLE "lists_job" ADD COLUMN "size" integer DEFAULT 0 NOT NULL CHECK ("size" >= 0)

is sent as

    ALTER TABLE "lists_job" ADD COLUMN "size" integer DEFAULT 0 NOT NULL
    ALTER TABLE "lists_job" ADD CONSTRAINT "lists_job_size_check" CHECK ("size" >= 0)
"""

import re
from typing import Any

from django.db.backends.postgresql.schema import DatabaseSchemaEditor

from clinic.tenancy.backend.commands import commands

ADDED = re.compile(
    r'(?P<column>ALTER TABLE "(?P<table>\w+)" ADD COLUMN "(?P<name>\w+)" .*?)(?P<unique> UNIQUE)?'
    r'(?: (?P<check>CHECK \(.*\)))?(?: CONSTRAINT "(?P<key>\w+)" (?P<refers>REFERENCES .*))?',
    re.DOTALL,
)


def single(text: str) -> list[str]:
    """The commands of a text; a new column's constraints are some of their own, by the names PostgreSQL gives them."""
    return [each for command in commands(text) for each in _apart(command)]


def _apart(command: str) -> list[str]:
    added = ADDED.fullmatch(command)
    if added is None:
        return [command]
    table, name = added["table"], added["name"]
    constraints = {
        f"{table}_{name}_key": added["unique"] and f'UNIQUE ("{name}")',
        f"{table}_{name}_check": added["check"],
        added["key"]: added["refers"] and f'FOREIGN KEY ("{name}") {added["refers"]}',
    }
    named = ((key, said) for key, said in constraints.items() if said)
    return [added["column"], *(f'ALTER TABLE "{table}" ADD CONSTRAINT "{key}" {said}' for key, said in named)]


class SchemaEditor(DatabaseSchemaEditor):
    """Django's own, which sends commands one by one."""

    def execute(self, sql: Any, params: Any = ()) -> None:
        text = str(sql) if params is None else str(self.connection.ops.compose_sql(str(sql), params))
        for command in single(text):
            super().execute(command, None)
