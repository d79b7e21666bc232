from django.db import migrations

# The web's role deletes no patient. This does, as the owner of the table, and only those that a file brought and nobody
# has changed since; one that something refers to is refused by that key. A run of another release may find it there.
CREATE = """
CREATE OR REPLACE FUNCTION remove_imported_patients(keys uuid[]) RETURNS SETOF uuid
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM patients_patient USING imports_importedrecord
    WHERE patients_patient.id = ANY (keys) AND imports_importedrecord.record_id = patients_patient.id
        AND NOT imports_importedrecord.is_removed AND patients_patient.version = 1
    RETURNING patients_patient.id
$$
"""
DROP = "DROP FUNCTION IF EXISTS remove_imported_patients(uuid[])"


class Migration(migrations.Migration):

    dependencies = [
        ("imports", "0001_initial"),
        ("patients", "0011_number_codes"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]
