from django.db import migrations, models

# A schedule without a unit is read as the release before showed it: 90 days are 3 months. So nothing but the dates that
# were counted in months of 30 days, or years of 365, is written again. The distance to the next one says by which pace
# it was counted; a schedule that waits for its first assessment has another date, and keeps it.
DUE = """
UPDATE assessments_plan SET next_due_on = last_done_on + CASE
    WHEN (next_due_on - last_done_on) % 365 = 0 THEN make_interval(years => (next_due_on - last_done_on) / 365)
    ELSE make_interval(months => (next_due_on - last_done_on) / 30)
END
WHERE ended_on IS NULL AND last_done_on >= starts_on
AND (next_due_on - last_done_on = every_days OR next_due_on - last_done_on = then_every_days)
AND ((next_due_on - last_done_on) % 365 = 0 OR (next_due_on - last_done_on) % 30 = 0)
"""
PATIENTS = """
UPDATE patients_patient patient SET next_due_on = due.first
FROM (SELECT patient_id, min(next_due_on) AS first FROM assessments_plan WHERE ended_on IS NULL GROUP BY patient_id) due
WHERE due.patient_id = patient.id AND patient.next_due_on IS DISTINCT FROM due.first
"""
UNITS = [('days', 'day'), ('weeks', 'week'), ('months', 'month'), ('years', 'year')]


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0007_names_of_models'),
        ('patients', '0006_preferred_name'),
    ]

    operations = [
        migrations.AddField(
            model_name='schedule',
            name='every_unit',
            field=models.CharField(blank=True, choices=UNITS, db_default='', default='', max_length=6),
        ),
        migrations.AddField(
            model_name='schedule',
            name='then_unit',
            field=models.CharField(blank=True, choices=UNITS, db_default='', default='', max_length=6),
        ),
        migrations.RunSQL(DUE, migrations.RunSQL.noop),
        migrations.RunSQL(PATIENTS, migrations.RunSQL.noop),
    ]
