"""What each role may do on each server, compared with what the models say: a right that somebody gave by hand is found.

Asked are the catalogues, of every server that there is. A worker has each table of its clinics twice, as the table and
with the number of its shard behind (`patients_patient_102034`); both have to have the same rights.
"""

import re
from collections.abc import Collection, Iterator
from itertools import batched
from typing import NamedTuple

from clinic.tenancy import cluster
from clinic.tenancy.lifecycle.provisioning import owner_connection, sealer_role, web_role
from clinic.tenancy.models import Clinic, PreparedSchema
from clinic.tenancy.privileges import clinic_privileges, numbered_tables, sealer_privileges

# What is granted in schemas of these clinics, and to their roles anywhere, but to the owner of the thing itself.
GRANTED = """
WITH role AS (SELECT oid, rolname FROM pg_roles UNION ALL SELECT 0, 'PUBLIC'),
thing AS (
    SELECT n.nspname AS schema, c.relname AS name, '' AS part, c.relowner AS owner, c.relacl AS acl
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT n.nspname, c.relname, a.attname, c.relowner, a.attacl
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT n.nspname, '', '', n.nspowner, n.nspacl FROM pg_namespace n
)
SELECT json_build_object(
    'granted', (
        SELECT coalesce(json_agg(json_build_array(r.rolname, t.schema, t.name, t.part, a.privilege_type)), '[]')
        FROM thing t, aclexplode(t.acl) a JOIN role r ON r.oid = a.grantee
        WHERE a.grantee <> t.owner AND (t.schema = ANY ('{{{clinics}}}') OR r.rolname = ANY ('{{{clinics}}}'))
    ),
    'tables', (
        SELECT coalesce(json_agg(json_build_array(n.nspname, c.relname)), '[]')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY ('{{{clinics}}}') AND c.relkind IN ('r', 'p')
    ),
    'members', (
        SELECT coalesce(json_agg(json_build_array(m.rolname, r.rolname)), '[]')
        FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
        WHERE r.rolname = ANY ('{{{clinics}}}') OR m.rolname = ANY ('{{{clinics}}}')
    ),
    'above', (
        SELECT coalesce(json_agg(rolname), '[]') FROM pg_roles
        WHERE rolname = ANY ('{{{clinics}}}')
            AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication)
    )
)
"""
CLINICS = 200  # that are asked for at once: each has some three hundred rights
PRIVILEGE = re.compile(r"([A-Z]+)(?: \(([^)]*)\))?")
SHARD = re.compile(r"_[0-9]{6,}$")

Right = tuple[str, str, str, str, str]  # role, schema, table, column, what may be done


class Fault(NamedTuple):
    """One right too much or too few, on a server; the only one that there is has no name."""

    server: str
    words: str

    def __str__(self) -> str:
        return f"{self.server}: {self.words}" if self.server else self.words


def faults() -> Iterator[Fault]:
    """Whatever is otherwise than the models say, on each server."""
    for ours in batched(sorted(_schemas()), CLINICS):
        yield from _faults_of(ours)


def _faults_of(ours: Collection[str]) -> Iterator[Fault]:
    for server, said in cluster.answers(GRANTED.format(clinics=",".join(ours))):
        granted = {tuple(row) for row in said["granted"]}
        expected = _expected([(schema, table) for schema, table in said["tables"]], ours)
        for role, schema, name, part, may in sorted(granted - expected):
            of = f"{schema}.{name}" if name else f"schema {schema}"
            yield Fault(server, f"{role} may {may} on {of}{f' ({part})' if part else ''}, and nothing says so.")
        for role, schema, name, part, may in sorted(_demanded(expected) - granted):
            of = f"{schema}.{name}" if name else f"schema {schema}"
            yield Fault(server, f"{role} may not {may} on {of}{f' ({part})' if part else ''}.")
        for member, role in sorted({tuple(row) for row in said["members"]} - _members(ours)):
            yield Fault(server, f"{member} may become {role}, and nothing says so.")
        for role in sorted(said["above"]):
            yield Fault(server, f"{role} may do what no role of a clinic may.")


def _schemas() -> set[str]:
    """Of all clinics and of those that are prepared."""
    alias = owner_connection().alias
    return {
        name
        for model in (Clinic, PreparedSchema)
        for name in model._default_manager.using(alias).values_list("schema_name", flat=True)
    }


def _expected(tables: Collection[tuple[str, str]], ours: Collection[str]) -> set[Right]:
    """What may be there: of each table and of its shard, of the sequences of tables that rows are inserted into."""
    sealer = sealer_role()
    expected = {(role, schema, "", "", "USAGE") for schema in ours for role in (schema, sealer)}
    for schema, name in tables:
        table = SHARD.sub("", name)
        for role, rights in ((schema, clinic_privileges()), (sealer, sealer_privileges())):
            for may, part in _parts(rights.get(table, "")):
                expected.add((role, schema, name, part, may))
        if cluster.has_citus() and table in numbered_tables() and "INSERT" in clinic_privileges().get(table, ""):
            expected.add((schema, schema, f"{table}_{numbered_tables()[table]}_seq", "", "USAGE"))
    return expected


def _demanded(expected: set[Right]) -> set[Right]:
    """What has to be there: a worker needs no right to a sequence, whose numbers the coordinator gives."""
    return {right for right in expected if not right[2].endswith("_seq") and right[2]}


def _parts(rights: str) -> Iterator[tuple[str, str]]:
    """Of "INSERT, UPDATE (into_id, details)": each privilege with the column that it is of, empty for the table."""
    for may, columns in PRIVILEGE.findall(rights):
        for part in columns.split(", ") if columns else [""]:
            yield may, part.strip()


def _members(ours: Collection[str]) -> set[tuple[str, str]]:
    """Who may become whom."""
    owner, web = str(owner_connection().settings_dict["USER"]), web_role()
    members = {(member, schema) for schema in ours for member in (owner, web)}
    return members | {(schema, cluster.entry_role(web)) for schema in ours}
