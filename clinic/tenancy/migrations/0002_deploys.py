from django.db import migrations, models

import clinic.tenancy.models

# One call asks many clinics: what is applied in a schema as `app.name app.name ...`, NULL where the table is missing.
CLINIC_MIGRATIONS = """
CREATE OR REPLACE FUNCTION public.clinic_migrations(schema_name text, apps text[]) RETURNS text
LANGUAGE plpgsql STABLE AS $function$
DECLARE
    applied text;
BEGIN
    IF to_regclass(format('%I.django_migrations', schema_name)) IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format(
        'SELECT coalesce(string_agg(app || ''.'' || name, '' '' ORDER BY app, name), '''') '
        'FROM %I.django_migrations WHERE app = ANY ($1)', schema_name
    ) INTO applied USING apps;
    RETURN applied;
END
$function$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(CLINIC_MIGRATIONS, "DROP FUNCTION public.clinic_migrations(text, text[])"),
        migrations.CreateModel(
            name='PreparedSchema',
            fields=[
                ('schema_name', models.CharField(default=clinic.tenancy.models.opaque_name, max_length=63, primary_key=True, serialize=False)),
                ('fingerprint', models.CharField(max_length=64)),
                ('prepared_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name='clinic',
            name='fenced',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='clinic',
            name='state',
            field=models.CharField(choices=[('active', 'Active'), ('suspended', 'Suspended')], db_default='active', default='active', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='clinic',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['active', 'suspended'])), name='clinic_state'),
        ),
    ]
