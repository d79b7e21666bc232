"""The orders of the list of assessments by what is a result, or a status, and the order of those of one day.

Only a completed or amended assessment has a result; the others come last, like those without a score. The assessments
with the PHQ-9 by their scores, the highest first:

    (SELECT id, '' AS reason FROM assessments_assessment WHERE archived_at IS NULL AND instrument = 'phq-9' AND TRUE
       AND (status IN ('completed', 'amended') AND score IS NOT NULL)
       ORDER BY score DESC, date DESC, listed_at DESC, id DESC LIMIT 26)
    UNION ALL
    (SELECT id, '' AS reason FROM assessments_assessment WHERE archived_at IS NULL AND instrument = 'phq-9' AND TRUE
       AND NOT (status IN ('completed', 'amended') AND score IS NOT NULL)
       ORDER BY date DESC, listed_at DESC, id DESC LIMIT 26)
    LIMIT 26
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import NullIf

from clinic.assessments.models import Assessment, AssessmentStatus
from clinic.assessments.models.assessment import MADE
from clinic.lists.reading.index_runs import IndexRun, Sql
from clinic.lists.reading.ordering import column, runs_by, sorted_run

SAME_DAY = ("date", "listed_at")
STATUS = column(Assessment, "status")
IS_MADE = f"{STATUS} IN ({', '.join(f"'{status}'" for status in MADE)})"
# Which rows have a value, by the order's term.
WITH_VALUE = {
    "score": f"({IS_MADE} AND {column(Assessment, 'score')} IS NOT NULL)",
    "severity": f"({IS_MADE} AND {column(Assessment, 'severity')} IS NOT NULL)",
    "instrument": f"({column(Assessment, 'instrument')} <> '')",
}
LIMITS = {"score": ("score_min", "score_max")}  # filters that leave rows with a value only
# The same terms among others, where PostgreSQL sorts.
EXPRESSIONS = {
    "score": Case(When(status__in=MADE, then="score")),
    "severity": Case(When(status__in=MADE, then="severity")),
    "instrument": NullIf("instrument", Value("")),
    "status": Case(*(When(status=each, then=Value(at)) for at, each in enumerate(AssessmentStatus))),
}


def by_score(terms: Iterable[str]) -> bool:
    return any(term.removeprefix("-") == "score" for term in terms)


def runs_by_result(
    assessments: QuerySet[Any], asked: Sequence[str], where: Sql, values: dict[str, Any]
) -> tuple[IndexRun, ...]:
    """The index runs in the order of the `asked` terms, then by day, by when they were completed, and by key.

    What the filters' `values` leave out has no run: a condition that is said twice misleads PostgreSQL on how
    many rows meet it.
    """
    terms = _with_same_day(asked)
    names = [term.removeprefix("-") for term in terms]
    descending = terms[0].startswith("-")
    if not set(names) & set(EXPRESSIONS):
        return runs_by(assessments, terms, where)
    if len(asked) > 2:  # the order and the key
        return (_sorted(assessments, terms, where),)
    columns = tuple(column(Assessment, name) for name in names)
    if any(values.get(name) is not None for name in LIMITS.get(names[0], ())) or values.get(names[0]):
        return (IndexRun(columns, where, descending, by_column=True),)
    if names[0] == "status":
        statuses = reversed(AssessmentStatus) if descending else AssessmentStatus
        conditions = [f"{STATUS} = '{status}'" for status in statuses]
        return tuple(IndexRun(columns[1:], where, descending, Sql(each), by_column=True) for each in conditions)
    there = WITH_VALUE[names[0]]
    return (
        IndexRun(columns, where, descending, Sql(there), by_column=True),
        IndexRun(columns[1:], where, descending, Sql(f"NOT {there}"), by_column=True),
    )


def _with_same_day(terms: Sequence[str]) -> list[str]:
    """The terms of an order with those of one day in front of the key, as far as they are not among them."""
    *order, key = terms
    sign = "-" if key.startswith("-") else ""
    names = [term.removeprefix("-") for term in order]
    return [*order, *(f"{sign}{name}" for name in SAME_DAY if name not in names), key]


def _sorted(assessments: QuerySet[Any], terms: Sequence[str], where: Sql) -> IndexRun:
    meant = {f"order_of_{name}": expression for name, expression in EXPRESSIONS.items()}
    signs = [("-" if term.startswith("-") else "", term.removeprefix("-")) for term in terms]
    order = [f"{sign}order_of_{name}" if name in EXPRESSIONS else sign + name for sign, name in signs]
    return sorted_run(assessments.annotate(**meant), order, where)
