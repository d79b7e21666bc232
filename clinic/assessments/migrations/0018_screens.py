from django.db import migrations

# Where an instrument has a cut-off and no bands, the word of the screen stands beside the score: of shipped ones the
# PCL-5, and those of the clinic's own without bands.
ASSESSMENTS = """
UPDATE assessments_assessment AS a SET
    band = CASE a.results->>'cutoff'
        WHEN 'positive' THEN 'Positive screen' WHEN 'uncertain' THEN 'Uncertain screen' ELSE 'Negative screen'
    END,
    severity = CASE a.results->>'cutoff' WHEN 'positive' THEN 2 WHEN 'uncertain' THEN 1 END
WHERE a.band = '' AND a.severity IS NULL AND a.results->>'cutoff' IN ('positive', 'uncertain', 'negative')
AND (a.instrument = 'pcl-5' OR EXISTS (
    SELECT 1 FROM assessments_owninstrument o
    WHERE o.instrument = a.instrument AND o.version::text = a.instrument_version
    AND coalesce(o.definition->'bands', '[]') = '[]'
))
"""
RESULTS = """
UPDATE patients_latestresult AS r SET band = a.band, severity = a.severity
FROM assessments_assessment a
WHERE a.patient_id = r.patient_id AND a.instrument = r.instrument_id AND a.date = r.assessed_on AND a.score = r.score
AND a.archived_at IS NULL AND a.status IN ('completed', 'amended')
AND r.band = '' AND a.band IN ('Positive screen', 'Uncertain screen', 'Negative screen')
"""
PATIENTS = """
UPDATE patients_patient AS p SET
    last_band = coalesce(last.band, p.last_band),
    last_severity = CASE WHEN last.patient_id IS NULL THEN p.last_severity ELSE last.severity END,
    worst_severity = worst.severity
FROM (SELECT patient_id, max(severity) AS severity FROM patients_latestresult GROUP BY patient_id) worst
LEFT JOIN patients_latestresult last
    ON last.patient_id = worst.patient_id
    AND last.band IN ('Positive screen', 'Uncertain screen', 'Negative screen')
    AND last.instrument_id = (SELECT q.last_instrument FROM patients_patient q WHERE q.id = worst.patient_id)
WHERE worst.patient_id = p.id AND EXISTS (
    SELECT 1 FROM patients_latestresult screened WHERE screened.patient_id = p.id
    AND screened.band IN ('Positive screen', 'Uncertain screen', 'Negative screen')
)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0017_pages_of_forms'),
        ('patients', '0007_latest_results'),
    ]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (ASSESSMENTS, RESULTS, PATIENTS)
    ]
