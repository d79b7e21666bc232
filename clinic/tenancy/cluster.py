"""Clinics over several servers: what follows where the owner's database is a coordinator of Citus.

Each clinic's schema lives whole on one worker, and the coordinator knows which. Whatever is done otherwise there is
decided here, and nowhere else asked for; `docs/scaling.md` says why each. The public tables stay on the coordinator.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast

from django.db import connections
from django_tenants.utils import get_tenant_database_alias, quote_schema_name

from clinic.tenancy.backend.base import DatabaseWrapper

# Under these a schema that is made becomes one that lives whole on one worker. Sequential: the role that is made with
# it is known to that connection alone until the transaction ends.
SETTINGS = (
    "SET LOCAL citus.multi_shard_modify_mode = 'sequential'",
    "SET LOCAL citus.enable_schema_based_sharding = 'on'",
)


# What lists are planned by, which they set in their own message. A worker is told of no such setting, so there it is
# the database's.
PLANNED = {"max_parallel_workers_per_gather": "0", "random_page_cost": "1.1"}
# Every server of the cluster answers for itself, in JSON.
EVERYWHERE = """
SELECT n.nodename || ':' || n.nodeport, said.result::json
FROM run_command_on_all_nodes(%s, give_warning_for_connection_errors := true) said JOIN pg_dist_node n USING (nodeid)
ORDER BY 1
"""


def owner_connection() -> DatabaseWrapper:
    return cast(DatabaseWrapper, connections[get_tenant_database_alias()])


def has_citus(using: str = "") -> bool:
    """Whether the database is a coordinator; asked once a process, as the owner unless another connection is named."""
    return _is_coordinator(using or get_tenant_database_alias())


@cache
def _is_coordinator(using: str) -> bool:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')")
        return bool(cursor.fetchone()[0])


def answers(query: str) -> list[tuple[str, Any]]:
    """What every server says to a query that gives one row and column of JSON, by its name; the only one has none."""
    with owner_connection().cursor() as cursor:
        if has_citus():
            cursor.execute(EVERYWHERE, [query])
            return cast("list[tuple[str, Any]]", cursor.fetchall())
        cursor.execute(query)
        return [("", cursor.fetchone()[0])]


def messages(statements: Iterable[str]) -> Iterable[str]:
    """What is sent of statements that are one command each: all in one message; a worker wants them one by one."""
    return statements if has_citus() else filter(None, ["; ".join(statements)])


def schema_settings() -> tuple[str, ...]:
    """What is set before a clinic's schema is made."""
    return SETTINGS if has_citus() else ()


def entry_role(web_role: str) -> str:
    """The role by which all clinics' roles may connect to a worker."""
    return f"{web_role}_clinics"


def role_options(web_role: str) -> str:
    """What a clinic's role, and the sealer's, is made with. None has a password, and nobody signs in as one.

    A coordinator signs in at a worker as whoever asks, so there they are let in, by a role that they are members of:
    rights of each of their own would make the database's row longer with every clinic.
    """
    return f"LOGIN IN ROLE {quote_schema_name(entry_role(web_role))}" if has_citus() else "NOLOGIN"


def entry_statements(web_role: str, database: str, *, is_there: bool) -> list[str]:
    """What makes the role of `entry_role`, unless it `is_there`, and lets it into this database.

    There a function that is called for a row of a clinic runs on its worker, and may read and write its tables; and
    lists are planned as the web says.
    """
    if not has_citus():
        return []
    role, named = quote_schema_name(entry_role(web_role)), quote_schema_name(database)
    return [
        *([] if is_there else [f"CREATE ROLE {role} NOLOGIN"]),
        f"GRANT CONNECT ON DATABASE {named} TO {role}",
        f"ALTER DATABASE {named} SET citus.allow_nested_distributed_execution = 'on'",
        *(f"ALTER DATABASE {named} SET {name} = {value}" for name, value in PLANNED.items()),
    ]


def admitting_statements(role: str, web_role: str) -> list[str]:
    """What lets a clinic's role of a time before the cluster in, as `role_options` does with a new one."""
    return [f"ALTER ROLE {role} LOGIN", f"GRANT {quote_schema_name(entry_role(web_role))} TO {role}"]


def roles_may_alternate(using: str) -> bool:
    """Whether one transaction may write as one role and then as another.

    A worker gives each role a connection of its own, and what one wrote in a transaction another cannot reach.
    """
    return not has_citus(using)


def takes_role(using: str) -> bool:
    """Whether a scope takes the clinic's role. The owner's own keeps the owner's where roles may not alternate.

    Else a clinic could not be made, filled and noted in one transaction.
    """
    return using != get_tenant_database_alias() or roles_may_alternate(using)


def clearing_statements(role: str) -> list[str]:
    """What takes back whatever a role may have, where its schema was dropped in this transaction: large objects.

    On a cluster it has none. There the role's connection to a worker would wait for what the owner's dropped, and the
    coordinator would end both as a deadlock.
    """
    return [] if has_citus() else [f"SET LOCAL ROLE {role}", f"DROP OWNED BY {role}", "SET LOCAL ROLE NONE"]


def numbering_grants(schema: str, rights: Mapping[str, str], numbered: Mapping[str, str]) -> list[str]:
    """What lets a clinic's role insert into tables that number their rows, `numbered` with the column that has it.

    The coordinator gives the numbers of INSERT ... SELECT, and asks for the right to the sequence as for any other.
    """
    tables = [table for table in numbered if "INSERT" in rights.get(table, "")] if has_citus() else ()
    return [f"GRANT USAGE ON SEQUENCE {schema}.{table}_{numbered[table]}_seq TO {schema}" for table in tables]


def size_sql(table: str, using: str) -> str:
    """SQL that gives how many bytes a table has. At a worker the name is that of an empty one, and rows know theirs."""
    if has_citus(using):
        return f'(SELECT pg_relation_size(tableoid) FROM "{table}" LIMIT 1)'  # noqa: S608
    return f"(SELECT pg_relation_size('\"{table}\"'))"


def own_plan(explained: dict[str, Any]) -> dict[str, Any]:
    """The plan of whoever runs a statement: a worker's is inside the coordinator's, which says only where it went."""
    plan: dict[str, Any] = explained["Plan"]
    if (sent := plan.get("Distributed Query")) is None:
        return plan
    return own_plan(sent["Job"]["Tasks"][0]["Remote Plan"][0][0])
