"""Which server of a cluster each clinic lives on, how large it is there, and how it gets to another.

Where the clinics live on the one server that there is, nothing is found and nothing can be moved.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import transaction
from django_tenants.utils import quote_schema_name

from clinic.tenancy import cluster
from clinic.tenancy.lifecycle.provisioning import (
    grant_public,
    grant_statements,
    owner_connection,
    run,
    sealer_role,
    web_role,
)
from clinic.tenancy.models import Clinic

PLACES = """
SELECT DISTINCT s.schemaid::regnamespace::text, n.nodename, n.nodeport
FROM pg_dist_schema s JOIN pg_dist_partition USING (colocationid) JOIN pg_dist_shard USING (logicalrelid)
JOIN pg_dist_placement USING (shardid) JOIN pg_dist_node n USING (groupid)
"""
SERVERS = "SELECT nodename, nodeport FROM pg_dist_node WHERE isactive AND shouldhaveshards ORDER BY 1, 2"
# The servers are asked for these.
SIZES = "SELECT split_part(table_name::text, '.', 1), sum(shard_size)::bigint FROM citus_shards GROUP BY 1"


class Server(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class NotThere(Exception):
    """Why a clinic cannot go where it was sent, in words for whoever sent it."""


def places() -> dict[str, Server]:
    """The server of each clinic that has one of several, by the name of its schema."""
    return {schema: Server(host, port) for schema, host, port in _rows(PLACES)}


def sizes() -> dict[str, int]:
    """The bytes on disk, with indexes, of each clinic that lives on one of several servers."""
    return dict(_rows(SIZES))


def servers() -> list[Server]:
    """Those on which clinics can live."""
    return [Server(host, port) for host, port in _rows(SERVERS)]


def _rows(sql: str) -> list[Any]:
    if not cluster.has_citus():
        return []
    with owner_connection().cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def move_clinic(clinic: Clinic, named: str) -> Server:
    """Have a clinic live on the server that is called `named`, while its people work. Raises NotThere.

    Its rows are copied first; only then whoever writes waits, until what was written meanwhile is there too.
    """
    found = {name: server for server in servers() for name in (server.host, str(server))}
    if named not in found:
        there = ", ".join(map(str, servers())) or "none: all clinics live on one"
        raise NotThere(f"There is no server {named}. Those on which clinics can live: {there}.")
    if clinic.schema_name not in places():
        raise NotThere(f"{clinic.name} lives on the coordinator; manage.py spread_clinics comes first.")
    with owner_connection().cursor() as cursor:
        cursor.execute("SELECT citus_schema_move(%s, %s, %s)", [clinic.schema_name, *found[named]])
    return found[named]


def spread_clinics(progress: Callable[[int, int], None]) -> int:
    """Give each clinic that lives on the coordinator itself to one of the servers, one by one; how many.

    Each in a transaction of its own, in which its people wait: a run that was killed is gone on with by the next.
    Raises NotThere where there is one server only.
    """
    if not servers():
        raise NotThere("There is no server to which clinics could go: this database has no workers of Citus.")
    there = places()
    rows = Clinic.objects.using(owner_connection().alias).order_by("pk")
    grant_public()
    run(cluster.admitting_statements(quote_schema_name(sealer_role()), web_role()))
    left = [clinic for clinic in rows if clinic.schema_name not in there]
    for done, clinic in enumerate(left):
        progress(done, len(left))
        with transaction.atomic(using=owner_connection().alias):
            run(cluster.admitting_statements(quote_schema_name(clinic.schema_name), web_role()))
            run(grant_statements(clinic.schema_name))
            with owner_connection().cursor() as cursor:
                cursor.execute("SELECT citus_schema_distribute(%s)", [clinic.schema_name])
    progress(len(left), len(left))
    return len(left)
