"""Courses are worked out from assessments and episodes by one statement, for a few patients or for a whole clinic.

`keep_courses` is called wherever latest results are kept: both follow from the same assessments, under the same lock
of the patient. A total belongs to the episode that holds its day, as in `record/periods.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

COLUMNS = "patient_id, instrument, episode_id, is_outside, begun_on, baseline, days, totals, age, language"
# What the rows of some patients come to: {whose} is empty for all, or "AND a.patient_id = ANY (%s::uuid[])".
COME_TO = """
WITH placed AS (
    SELECT a.patient_id, a.instrument, a.date, a.score, a.age, a.language, e.id AS episode_id,
        e.id IS NULL AND EXISTS (
            SELECT FROM assessments_episode other WHERE other.patient_id = a.patient_id
        ) AS is_outside,
        row_number() OVER (PARTITION BY a.patient_id, a.instrument ORDER BY a.date, a.completed_at, a.id) AS place
    FROM assessments_assessment a
    LEFT JOIN assessments_episode e
        ON e.patient_id = a.patient_id AND e.started_on <= a.date AND (e.ended_on IS NULL OR a.date <= e.ended_on)
    WHERE a.archived_at IS NULL AND a.status IN ('completed', 'amended') AND a.score IS NOT NULL
        AND a.instrument <> '' {whose}
),
come_to AS (
    SELECT patient_id, instrument, episode_id, is_outside, min(date) AS begun_on,
        (array_agg(score ORDER BY place))[1] AS baseline,
        array_agg(date ORDER BY place) AS days, array_agg(score ORDER BY place) AS totals,
        (array_agg(age ORDER BY place))[1] AS age, (array_agg(language ORDER BY place))[1] AS language
    FROM placed GROUP BY patient_id, instrument, episode_id, is_outside
)
"""
SAME = """
kept.patient_id = come_to.patient_id AND kept.instrument = come_to.instrument
AND kept.episode_id IS NOT DISTINCT FROM come_to.episode_id AND kept.is_outside = come_to.is_outside
AND kept.days = come_to.days AND kept.totals = come_to.totals
AND kept.age IS NOT DISTINCT FROM come_to.age AND kept.language = come_to.language
"""
REMOVE = f"""
{COME_TO}
DELETE FROM assessments_course kept
WHERE NOT EXISTS (SELECT FROM come_to WHERE {SAME}) {{kept}}
"""  # noqa: S608
ADD = f"""
{COME_TO}
INSERT INTO assessments_course ({COLUMNS})
SELECT {COLUMNS} FROM come_to
WHERE NOT EXISTS (SELECT FROM assessments_course kept WHERE {SAME})
"""  # noqa: S608
# Each row that only one side has: a row that is another is there twice.
DIFFER = f"""
{COME_TO}
SELECT patient_id, instrument, true FROM assessments_course kept WHERE NOT EXISTS (SELECT FROM come_to WHERE {SAME})
UNION ALL
SELECT patient_id, instrument, false FROM come_to WHERE NOT EXISTS (SELECT FROM assessments_course kept WHERE {SAME})
ORDER BY 1, 2, 3
"""  # noqa: S608


@dataclass(frozen=True)
class Difference:
    """A row that is kept and should not be, or should be and is not."""

    patient: UUID
    instrument: str
    is_kept: bool


def keep_courses(patients: Collection[UUID]) -> None:
    """Work out the courses of some patients again, under `lock_for_latest_results`; what is right already stays."""
    keys = [str(key) for key in patients]
    whose = "AND {}.patient_id = ANY (%s::uuid[])"
    with connection.cursor() as cursor:
        cursor.execute(REMOVE.format(whose=whose.format("a"), kept=whose.format("kept")), [keys, keys])
        cursor.execute(ADD.format(whose=whose.format("a")), [keys])


def rebuild_courses(cursor: Any) -> None:
    """Work out every course of the clinic that the cursor is in again; after COPY, say."""
    cursor.execute(REMOVE.format(whose="", kept=""))
    cursor.execute(ADD.format(whose=""))


def differences() -> list[Difference]:
    """How the courses that are kept differ from what the assessments of the active clinic come to."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFER.format(whose=""))
        return [Difference(*row) for row in cursor.fetchall()]
