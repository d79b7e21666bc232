"""What a result is read beside: the one before it, the answers of then, the trend around it, when it is due again."""

from collections.abc import Collection
from typing import NamedTuple

from clinic.assessments.models import Assessment, Schedule
from clinic.assessments.record.periods import Period, scored_in
from clinic.assessments.record.results import ResponseRow, response_rows
from clinic.assessments.summary.time_axis import TimeAxis, time_axis
from clinic.instruments.definitions import Definition
from clinic.text.numbers import signed

MOST_DRAWN = 200


class Beside(NamedTuple):
    """`before` is the scored assessment with the same instrument before this one, and `change` the difference to it.

    There is nothing to draw (`axis`) of a single total.
    """

    before: Assessment | None
    change: str
    axis: TimeAxis | None
    schedule: Schedule | None


def beside(assessment: Assessment) -> Beside:
    same = scored_in(assessment.patient_id, Period()).following(assessment.instrument)
    rows = list(same.reverse()[:MOST_DRAWN])[::-1]
    at = next((index for index, row in enumerate(rows) if row.pk == assessment.pk), None)
    earlier = rows[:at] if at is not None else [row for row in rows if row.date <= assessment.date]
    before = earlier[-1] if earlier else None
    then = before.score if at is not None and before is not None else None
    schedules = Schedule.objects.active().filter(patient=assessment.patient_id, instrument=assessment.instrument)
    return Beside(
        before=before,
        change=signed(assessment.score - then) if assessment.score is not None and then is not None else "",
        axis=time_axis(rows) if at is not None and len(rows) > 1 else None,
        schedule=schedules.order_by("next_due_on", "id").first(),
    )


def answered(
    assessment: Assessment, definition: Definition, before: Assessment | None, raised: Collection[str]
) -> list[ResponseRow]:
    """The items with their responses, those of `before` where it has the same question, and which raised an alert.

    `raised` are the rules of this assessment's alerts.
    """
    then = {(row.code, row.text): row.response for row in response_rows(before)} if before is not None else {}
    items = {rule.item for rule in definition.alerts if rule.code in raised}
    return [
        row._replace(before=then.get((row.code, row.text), ""), raises=row.code in items)
        for row in response_rows(assessment)
    ]
