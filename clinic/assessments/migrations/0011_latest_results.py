from django.db import migrations

# What the shipped instruments are called and the range of their totals, which is the same in all of their versions.
SHIPPED = """(VALUES
    ('apgar', 'Apgar', 0, 10),
    ('audit-c', 'AUDIT-C', 0, 12),
    ('ciwa-ar', 'CIWA-Ar', 0, 67),
    ('curb-65', 'CURB-65', 0, 5),
    ('gad-2', 'GAD-2', 0, 6),
    ('gad-7', 'GAD-7', 0, 21),
    ('gcs', 'GCS', 3, 15),
    ('gds-15', 'GDS-15', 0, 15),
    ('news2', 'NEWS2', 0, 20),
    ('pcl-5', 'PCL-5', 0, 80),
    ('phq-15', 'PHQ-15', 0, 30),
    ('phq-2', 'PHQ-2', 0, 6),
    ('phq-9', 'PHQ-9', 0, 27)
) AS shipped (id, title, low, high)"""
# A clinic's own instruments; what one is called is read from its newest version.
OWN_TITLES = """(
    SELECT DISTINCT ON (instrument) instrument AS id, definition->>'title' AS title
    FROM assessments_owninstrument ORDER BY instrument, version DESC
) own"""
COUNTED = """
    a.archived_at IS NULL AND a.status IN ('completed', 'amended') AND a.score IS NOT NULL AND a.instrument <> ''
"""
INSTRUMENTS = f"""
INSERT INTO patients_scoredinstrument (id, title)
SELECT scored.id, coalesce(shipped.title, own.title, scored.id)
FROM (
    SELECT a.instrument AS id FROM assessments_assessment a WHERE {COUNTED}
    UNION SELECT last_instrument FROM patients_patient WHERE last_score IS NOT NULL AND last_instrument <> ''
) scored LEFT JOIN {SHIPPED} USING (id) LEFT JOIN {OWN_TITLES} USING (id)
ON CONFLICT DO NOTHING
"""
RESULTS = f"""
INSERT INTO patients_latestresult
    (patient_id, instrument_id, score, band, severity, change, assessed_on, recent_scores)
SELECT patient_id, instrument,
    max(score) FILTER (WHERE place = 1),
    coalesce(max(band) FILTER (WHERE place = 1), ''),
    max(severity) FILTER (WHERE place = 1),
    max(score) FILTER (WHERE place = 1) - max(score) FILTER (WHERE place = 2),
    max(date) FILTER (WHERE place = 1),
    jsonb_agg(share ORDER BY place DESC) FILTER (WHERE place <= 12)
FROM (
    SELECT a.patient_id, a.instrument, a.score, a.band, a.severity, a.date,
        row_number() OVER (
            PARTITION BY a.patient_id, a.instrument ORDER BY a.date DESC, a.completed_at DESC, a.id DESC
        ) AS place,
        coalesce(round((a.score - span.low) / nullif(span.high - span.low, 0), 3), 0) AS share
    FROM assessments_assessment a
    LEFT JOIN {SHIPPED} ON shipped.id = a.instrument
    LEFT JOIN assessments_owninstrument o ON o.instrument = a.instrument AND o.version::text = a.instrument_version
    CROSS JOIN LATERAL (SELECT
        coalesce(shipped.low, (o.definition->'scoring'->>'minimum')::numeric, 0),
        coalesce(shipped.high, (o.definition->'scoring'->>'maximum')::numeric, 0)
    ) AS span (low, high)
    WHERE {COUNTED}
) counted
GROUP BY patient_id, instrument
ON CONFLICT DO NOTHING
"""
# Bulk data for trials has latest results without the assessments that they would follow from.
WITHOUT_ASSESSMENTS = """
INSERT INTO patients_latestresult
    (patient_id, instrument_id, score, band, severity, change, assessed_on, recent_scores)
SELECT id, last_instrument, last_score, last_band, last_severity, last_change, last_assessed_on, recent_scores
FROM patients_patient WHERE last_score IS NOT NULL AND last_instrument <> '' AND last_assessed_on IS NOT NULL
ON CONFLICT DO NOTHING
"""
WORST = """
UPDATE patients_patient SET worst_severity = worst.severity
FROM (SELECT patient_id, max(severity) AS severity FROM patients_latestresult GROUP BY patient_id) worst
WHERE worst.patient_id = id AND worst.severity IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0010_no_severity'),
        ('patients', '0007_latest_results'),
    ]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (INSTRUMENTS, RESULTS, WITHOUT_ASSESSMENTS, WORST)
    ]
