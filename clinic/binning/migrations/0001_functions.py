from django.db import migrations

# The web's role deletes no patient. This does, as the owner of the tables, and only one who stands in the bin already: it
# takes the patient's row out with every row that refers to it, by whatever keys the catalogue has, the farthest first,
# and keeps in `rows` exactly what it took: [{"table": "patients_patient", "rows": [{"id": "…", …}]}].
PUT = """
CREATE OR REPLACE FUNCTION put_patient_into_bin(patient uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    step record;
    taken jsonb;
    kept jsonb := '[]';
BEGIN
    PERFORM FROM patients_binnedpatient WHERE id = patient AND rows = '[]';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'This patient does not stand in the bin.';
    END IF;
    FOR step IN
        WITH RECURSIVE referring (of, which, far) AS (
            SELECT 'patients_patient'::regclass, format('id = %L', patient) COLLATE "C", 0
            UNION ALL
            SELECT
                c.conrelid::regclass,
                format('%I IN (SELECT id FROM %s WHERE %s)', a.attname, r.of, r.which) COLLATE "C",
                r.far + 1
            FROM referring r
            JOIN pg_constraint c ON c.confrelid = r.of AND c.contype = 'f' AND c.conrelid <> c.confrelid
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE r.far < 4
        )
        SELECT of, which FROM referring ORDER BY far DESC, of, which
    LOOP
        EXECUTE format(
            'WITH gone AS (DELETE FROM %1$s AS old WHERE %2$s RETURNING to_jsonb(old) AS was)'
            ' SELECT coalesce(jsonb_agg(was), ''[]'') FROM gone',
            step.of, step.which
        ) INTO taken;
        IF taken <> '[]' THEN
            kept := kept || jsonb_build_array(jsonb_build_object('table', step.of::text, 'rows', taken));
        END IF;
    END LOOP;
    UPDATE patients_binnedpatient SET rows = kept WHERE id = patient;
END
$$
"""
# This puts them back with the rights of whoever calls it, so that it writes nothing that the web could not.
BACK = """
CREATE OR REPLACE FUNCTION put_patient_back(patient uuid) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    kept jsonb;
    part jsonb;
    named text;
BEGIN
    SELECT rows INTO kept FROM patients_binnedpatient WHERE id = patient;
    FOR place IN REVERSE coalesce(jsonb_array_length(kept), 0) - 1 .. 0 LOOP
        part := kept -> place;
        SELECT string_agg(quote_ident(attname), ', ') INTO named FROM pg_attribute
        WHERE attrelid = (part ->> 'table')::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            AND part -> 'rows' -> 0 ? attname;
        EXECUTE format(
            'INSERT INTO %1$s (%2$s) SELECT %2$s FROM jsonb_populate_recordset(NULL::%1$s, $1)', part ->> 'table', named
        ) USING part -> 'rows';
    END LOOP;
END
$$
"""
# And this empties the place in the bin of one who is among the patients again.
LEAVE = """
CREATE OR REPLACE FUNCTION leave_bin(patient uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM patients_binnedpatient USING patients_patient
    WHERE patients_binnedpatient.id = patient AND patients_patient.id = patient
$$
"""


class Migration(migrations.Migration):

    dependencies = [("patients", "0026_bin")]

    operations = [
        migrations.RunSQL(PUT, "DROP FUNCTION IF EXISTS put_patient_into_bin(uuid)"),
        migrations.RunSQL(BACK, "DROP FUNCTION IF EXISTS put_patient_back(uuid)"),
        migrations.RunSQL(LEAVE, "DROP FUNCTION IF EXISTS leave_bin(uuid)"),
    ]
