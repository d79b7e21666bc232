"""What the catalogue says about a clinic's schema."""

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
       co.collname, pg_get_expr(d.adbin, d.adrelid)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_collation co ON co.oid = a.attcollation
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r' ORDER BY 1, 2
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
WHERE connamespace = %(schema)s::regnamespace ORDER BY 1, 2
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %(schema)s ORDER BY 1, 2"
COMMENTS = """
SELECT c.relname, a.attname, d.description FROM pg_description d
JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
WHERE c.relnamespace = %(schema)s::regnamespace ORDER BY 1, 2
"""
GRANTED = """
SELECT c.relname, c.relacl::text FROM pg_class c
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'S') ORDER BY 1
"""
SCHEMA_GRANTED = "SELECT nspacl::text FROM pg_namespace WHERE nspname = %(schema)s"
MEMBERS = """
SELECT m.rolname, a.admin_option, a.inherit_option, a.set_option, r.rolcanlogin FROM pg_roles r
JOIN pg_auth_members a ON a.roleid = r.oid JOIN pg_roles m ON m.oid = a.member WHERE r.rolname = %(schema)s
ORDER BY 1, 2, 3, 4
"""
NOTED = "SELECT DISTINCT app, name FROM {schema}.django_migrations WHERE app = ANY (%(apps)s) ORDER BY 1, 2"
QUERIES = (COLUMNS, CONSTRAINTS, INDEXES, COMMENTS, GRANTED, SCHEMA_GRANTED, NOTED)


def facts(connection, schema):
    """Columns, constraints, indexes, comments, grants and noted migrations, without the schema's own name."""
    from clinic.tenancy.lifecycle.recorder import tenant_labels

    found = []
    with connection.cursor() as cursor:
        members = [MEMBERS] if connection.pg_version >= 160000 else []
        for query in [*QUERIES, *members]:
            cursor.execute(query.replace("{schema}", f'"{schema}"'), {"schema": schema, "apps": tenant_labels()})
            found.append([[str(value).replace(schema, "clinic") for value in row] for row in cursor.fetchall()])
    return found
