"""Outcomes of a clinic's cases on one instrument, counted by the database from the courses that it keeps.

A course is a patient and an episode of treatment, or all days of somebody who never had one, as a trend has it
(`record/periods.py`). Its baseline is the first total; it belongs to the time asked about by the day of that. A case is
a course whose baseline reaches the published threshold. It was measured again if a later total lies in the window; the
last of these counts.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Func, IntegerField, Sum, Value

from clinic.assessments.models import Course
from clinic.assessments.outcomes.asking import Asked, about_courses
from clinic.assessments.outcomes.behind.records import incomplete, people
from clinic.instruments.change import Change

# Counts the ways of counting: a change of a condition below, of a window or of what a course is makes it one more.
COUNTED_BY = 2
CASE = "NOT archived AND first >= case_from"
AGAIN = f"{CASE} AND last IS NOT NULL"
# What is counted of courses, by the name that JSON, addresses and pages have in common.
COUNTED = {
    "cases": CASE,
    "followed_up": AGAIN,
    "response": f"{AGAIN} AND last * 2 <= first",
    "remission": f"{AGAIN} AND last < remission_below",
    "recovery": f"{AGAIN} AND last < case_from",
    "reliably_better": f"{AGAIN} AND first - last >= reliable",
    "no_reliable_change": f"{AGAIN} AND abs(first - last) < reliable",
    "reliably_worse": f"{AGAIN} AND last - first >= reliable",
    "archived": "archived",
    "below_threshold": "NOT archived AND first < case_from",
    "not_measured_again": f"{CASE} AND last IS NULL",
}
# What an instrument must have published for a figure to be said.
NEEDS = {
    "remission": "remission_below",
    "reliably_better": "reliable",
    "no_reliable_change": "reliable",
    "reliably_worse": "reliable",
}
TOLD = ("response", "remission", "reliably_better", "reliably_worse")  # of groups and months
# Cases in treatment that somebody ought to think about, by their newest total.
OPEN = f"{CASE} AND is_going_on"
NOT_BETTER = "(CASE WHEN reliable IS NULL THEN {0} * 2 > first ELSE first - {0} < reliable END)"
THOUGHT = {
    "not_better": f"{OPEN} AND {NOT_BETTER.format('at_12')} AND {NOT_BETTER.format('newest')}",
    "worse_now": f"{OPEN} AND newest - first >= reliable",
    "remission_lost": f"{OPEN} AND newest >= remission_below AND remission_below > ANY (totals[2:])",
    "no_score": f"{OPEN} AND today - newest_day > 60",
}
NEWEST = frozenset(THOUGHT)  # whose rows show the newest total
WEEKS, AROUND = (0, 2, 4, 8, 12, 26), 6  # a total counts for a week from so many days before its day to as many after


def _at_week(week: int) -> str:
    """Whether a case has a total in the days of a week; the last one by their end is at `place`."""
    place = f"width_bucket(first_day + {7 * week + AROUND}, days)"
    return f"{CASE} AND {place} > 1 AND days[{place}] >= first_day + {7 * week - AROUND}" if week else CASE


AT_WEEKS = {f"week_{week}": _at_week(week) for week in WEEKS}
SHOWN = COUNTED | THOUGHT | AT_WEEKS
# What figures are told apart by, as SQL over a course.
GROUPS = {
    "practitioner": "practitioner",
    "gender": "gender",
    "language": "language",
    "age": "CASE WHEN age < 18 THEN 0 WHEN age < 26 THEN 18 WHEN age < 45 THEN 26 WHEN age < 65 THEN 45 ELSE 65 END",
    "month": "extract(year FROM first_day)::int * 12 + extract(month FROM first_day)::int - 1",
}
EXCLUDED = ("below_threshold", "not_measured_again", "archived")


class Group(NamedTuple):
    """One of the groups of `by`, one of GROUPS; the key is written as in an address, empty where nothing is known."""

    by: str
    key: str


class Row(NamedTuple):
    """A course that a figure counts; `last` is None for who was not measured again."""

    patient: UUID
    first: Decimal
    first_day: date
    last: Decimal | None
    last_day: date | None


def counts(asked: Asked, change: Change) -> dict[str, Any]:
    """Every figure by its name, and under `excluded` what is left out by reason. None is what nobody published."""
    by_name = _named(COUNTED, about_courses(asked, change, _columns(COUNTED))[0])
    excluded = {name: by_name.pop(name) for name in EXCLUDED}
    figures = {name: count if is_published(name, change) else None for name, count in by_name.items()}
    return {**figures, "excluded": {**excluded, **_left_out(asked)}}


def counts_of(names: Sequence[str], asked: Asked, change: Change) -> tuple[int, ...]:
    """Some of the figures, by what COUNTED calls them."""
    return about_courses(asked, change, _columns({name: COUNTED[name] for name in names}))[0]


def counts_by(group: str, asked: Asked, change: Change) -> dict[Any, dict[str, int]]:
    """The figures of each group that there is, by its key; groups are those of GROUPS."""
    found = about_courses(asked, change, f"{GROUPS[group]}, {_columns(COUNTED)}", "GROUP BY 1 ORDER BY 1")
    return {key: _named(COUNTED, counted) for key, *counted in found}


def counts_by_each(groups: Sequence[str], asked: Asked, change: Change) -> dict[str, dict[Any, dict[str, int]]]:
    """The figures by several ways to tell people apart, each as `counts_by` has them, in one statement.

    SELECT grouping(by_age, by_gender), by_age, by_gender, count(*) FILTER (…), … FROM courses …
    GROUP BY GROUPING SETS ((by_age), (by_gender)) ORDER BY 1, by_age, by_gender
    """
    count, names = len(groups), ", ".join(f"by_{group}" for group in groups)
    told = ", ".join(GROUPS[group] for group in groups)
    sets = ", ".join(f"(by_{group})" for group in groups)
    columns = f"grouping({names}), {names}, {_columns(COUNTED)}"
    rest = f"CROSS JOIN LATERAL (SELECT {told}) AS told ({names}) GROUP BY GROUPING SETS ({sets}) ORDER BY 1, {names}"
    found: dict[str, dict[Any, dict[str, int]]] = {group: {} for group in groups}
    for mark, *row in about_courses(asked, change, columns, rest):
        at = next(place for place in range(count) if not mark >> (count - 1 - place) & 1)
        found[groups[at]][row[at]] = _named(COUNTED, row[count:])
    return found


def counts_to_think_of(asked: Asked, change: Change) -> dict[str, int]:
    return _named(THOUGHT, about_courses(asked, change, _columns(THOUGHT))[0])


def rows_of_figure(
    asked: Asked, change: Change, figure: str, group: Group | None, *, start: int, most: int
) -> list[Row]:
    """The courses that a figure counts, of one group or of all, the newest baseline first."""
    last = "newest, newest_day" if figure in NEWEST else "last, last_day"
    of_group = f"AND coalesce(CAST({GROUPS[group.by]} AS text), '') = %s" if group is not None else ""
    rest = f"WHERE {SHOWN[figure]} {of_group} ORDER BY first_day DESC, patient, episode OFFSET %s LIMIT %s"
    key = (group.key,) if group is not None else ()
    found = about_courses(asked, change, f"patient, first, first_day, {last}", rest, *key, start, most)
    return [Row(*row) for row in found]


def is_published(name: str, change: Change) -> bool:
    return name not in NEEDS or getattr(change, NEEDS[name]) is not None


def _columns(conditions: dict[str, str]) -> str:
    return ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions.values())


def _named(conditions: dict[str, str], found: Any) -> dict[str, Any]:
    return dict(zip(conditions, found, strict=True))


def _left_out(asked: Asked) -> dict[str, int]:
    """Questionnaires of the period that belong to no course, of patients on the lists."""
    outside = Course.objects.filter(is_outside=True, begun_on__lte=asked.upto, **people(asked))
    found = outside.aggregate(
        count=Sum(_totals_by(asked.upto) - _totals_by(asked.since - timedelta(days=1)), default=0)
    )
    return {"incomplete": incomplete(asked).count(), "outside_episodes": found["count"]}


def _totals_by(day: date) -> Func:
    """How many of a course's totals there were by a day."""
    return Func(Value(day), F("days"), function="width_bucket", output_field=IntegerField())
