from django.db import migrations

# The normal end of a scale is no illness: what was kept of a GCS of 15 or a CIWA-Ar of 0 goes on saying "Mild" otherwise.
# Words are changed as well where the newest version of the instrument has another band for these totals. Where a total
# was open between the two bands no band is certain any more.
WHOLE_BANDS = """(
    ('apgar', 'Reassuring'), ('audit-c', 'Negative screen'), ('curb-65', 'Low'), ('gad-2', 'Negative screen'),
    ('gds-15', 'Normal'), ('news2', 'Low'), ('phq-2', 'Negative screen')
)"""
ASSESSMENTS = f"""
UPDATE assessments_assessment SET
    severity = NULL,
    band = CASE
        WHEN instrument = 'gcs' AND score_low = 15 THEN 'Fully responsive'
        WHEN instrument = 'ciwa-ar' AND score_high = 0 THEN 'No signs'
        WHEN instrument IN ('gcs', 'ciwa-ar') THEN ''
        ELSE band
    END
WHERE severity IS NOT NULL AND (
    (instrument, band) IN {WHOLE_BANDS}
    OR (instrument = 'gcs' AND band = 'Mild' AND score_high = 15)
    OR (instrument = 'ciwa-ar' AND band = 'Mild' AND score_low = 0)
)
"""
PATIENTS = f"""
UPDATE patients_patient SET
    last_severity = NULL,
    last_band = CASE last_instrument
        WHEN 'gcs' THEN 'Fully responsive'
        WHEN 'ciwa-ar' THEN 'No signs'
        ELSE last_band
    END
WHERE last_severity IS NOT NULL AND (
    (last_instrument, last_band) IN {WHOLE_BANDS}
    OR (last_instrument = 'gcs' AND last_score = 15)
    OR (last_instrument = 'ciwa-ar' AND last_score = 0)
)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0009_unscored'),
        ('patients', '0004_writes'),
    ]

    operations = [
        migrations.RunSQL(ASSESSMENTS, migrations.RunSQL.noop),
        migrations.RunSQL(PATIENTS, migrations.RunSQL.noop),
    ]
