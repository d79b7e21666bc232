"""What somebody asks of a clinic's outcomes, and the courses that this is about, as the database reads them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from clinic.assessments.models import Course
from clinic.instruments.change import Change
from clinic.staff.models import NOBODY

# By window, the first and the last day of what counts as measured again.
WINDOWS = {
    "last": ("Last total in the period", "first_day", "upto"),
    "4-8-months": (
        "4 to 8 months after the first",
        "first_day + interval '4 months'",
        "first_day + interval '8 months'",
    ),
    "year": (
        "12 months after the first, 60 days either way",
        "first_day + interval '1 year' - interval '60 days'",
        "first_day + interval '1 year' + interval '60 days'",
    ),
}
# The last of a course's totals by the end of the window is the one at `place`, since its days are in order. `newest` is
# the last of all, `at_12` the last of 8 to 12 weeks after the first; `is_going_on`: the treatment has not ended, and
# the patient is neither discharged nor deceased.
COURSES = """
WITH asked (case_from, remission_below, reliable, upto, today) AS (
    VALUES (%s::numeric, %s::numeric, %s::numeric, CAST(%s AS date), CAST(%s AS date))
),
begun (patient, episode, first_day, first, days, totals, age, language, archived_at, status, practitioner, gender,
    ended_on)
AS ({rows}),
courses AS (
    SELECT patient, episode, archived_at IS NOT NULL AS archived, first, first_day, days, totals, age, language,
        practitioner, gender, status = 'active' AND (ended_on IS NULL OR ended_on >= today) AS is_going_on,
        totals[cardinality(totals)] AS newest, days[cardinality(days)] AS newest_day,
        CASE WHEN at_week_12 > 1 AND days[at_week_12] >= first_day + 56 THEN totals[at_week_12] END AS at_12,
        CASE WHEN place > 1 AND days[place] >= {begins} THEN totals[place] END AS last,
        CASE WHEN place > 1 AND days[place] >= {begins} THEN days[place] END AS last_day
    FROM begun CROSS JOIN asked CROSS JOIN LATERAL (
        SELECT width_bucket(CAST({ends} AS date), days), width_bucket(first_day + 84, days)
    ) AS ended (place, at_week_12)
)
"""


@dataclass(frozen=True)
class Asked:
    """What somebody asks about; the days are included. Age and language are those of the first questionnaire.

    `practitioner` is an id, or NOBODY.
    """

    instrument: str
    since: date
    upto: date
    window: str = "last"
    practitioner: UUID | str | None = None
    gender: str = ""
    tag: int | None = None
    language: str = ""
    youngest: int | None = None
    oldest: int | None = None

    def people(self) -> dict[str, Any]:
        """The filters that are of patients as they are now."""
        found: dict[str, Any] = {"patient__user": self.practitioner, "patient__gender": self.gender}
        found["patient__tags__overlap"] = [self.tag] if self.tag else None
        if self.practitioner == NOBODY:
            found["patient__user"], found["patient__user__isnull"] = None, True
        return {name: value for name, value in found.items() if value}


def about_courses(asked: Asked, change: Change, columns: str, rest: str = "", *more: Any) -> list[tuple[Any, ...]]:
    """The columns of the courses asked about, as far as the person sees them; `asked` has the numbers beside them.

    `rest` is what follows, with the values `more`, as "WHERE first >= %s".
    """
    rows = Course.objects.placed().filter(instrument=asked.instrument, **asked.people()).begun(asked.since, asked.upto)
    if asked.language:
        rows = rows.filter(language=asked.language)
    if asked.youngest is not None:
        rows = rows.filter(age__gte=asked.youngest)
    if asked.oldest is not None:
        rows = rows.filter(age__lte=asked.oldest)
    own = ("patient_id", "episode_id", "begun_on", "baseline", "days", "totals", "age", "language")
    of_others = [
        F(name)
        for name in (
            "patient__archived_at",
            "patient__status",
            "patient__user_id",
            "patient__gender",
            "episode__ended_on",
        )
    ]
    begun, values = rows.order_by().values_list(*own, *of_others).query.sql_with_params()
    _, begins, ends = WINDOWS[asked.window]
    numbers = (change.case_from, change.remission_below, change.reliable, asked.upto, timezone.localdate())
    with connection.cursor() as cursor:
        sql = COURSES.format(rows=begun, begins=begins, ends=ends)
        select = f"{sql} SELECT {columns} FROM courses CROSS JOIN asked {rest}"  # noqa: S608
        cursor.execute(select, (*numbers, *values, *more))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
