from django.db import migrations

# The web's role deletes no patient. This does, as the owner of the table, and only one whose record was merged in the same
# transaction or before: then it stands whole beside the patients. What still refers to it makes the merge fail.
CREATE = """
CREATE OR REPLACE FUNCTION take_out_merged_patient(key uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM patients_patient USING patients_mergedpatient
    WHERE patients_patient.id = key AND patients_mergedpatient.id = key
$$
"""
DROP = "DROP FUNCTION IF EXISTS take_out_merged_patient(uuid)"


class Migration(migrations.Migration):

    dependencies = [
        ("merging", "0001_initial"),
        ("patients", "0013_merged"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]
