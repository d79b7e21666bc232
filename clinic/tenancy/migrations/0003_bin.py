from django.db import migrations, models

# For one list of many clinics: how many rows a table of a clinic holds, NULL where it is missing.
CLINIC_ROWS = """
CREATE OR REPLACE FUNCTION public.clinic_rows(schema_name text, table_name text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $function$
DECLARE
    counted bigint;
BEGIN
    IF to_regclass(format('%I.%I', schema_name, table_name)) IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT count(*) FROM %I.%I', schema_name, table_name) INTO counted;
    RETURN counted;
END
$function$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0002_deploys'),
    ]

    operations = [
        migrations.RunSQL(CLINIC_ROWS, "DROP FUNCTION public.clinic_rows(text, text)"),
        migrations.AddField(
            model_name='clinic',
            name='deleted_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
