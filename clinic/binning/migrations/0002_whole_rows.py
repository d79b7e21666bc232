from django.db import migrations

# As before, but that the rows are read whole from what was deleted: a worker of Citus takes no function in RETURNING.
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
            'WITH gone AS (DELETE FROM %1$s WHERE %2$s RETURNING *)'
            ' SELECT coalesce(jsonb_agg(to_jsonb(gone)), ''[]'') FROM gone',
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


class Migration(migrations.Migration):

    dependencies = [("binning", "0001_functions")]

    # The one before does the same on a server, and nothing where this one is needed.
    operations = [migrations.RunSQL(PUT, migrations.RunSQL.noop)]
