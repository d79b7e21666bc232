"""Whether people are measured at all, and how fast somebody answers for what they say."""

from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Aggregate, Count, DurationField, Q
from django.http import QueryDict
from django.urls import reverse

from clinic.assessments.of_patients import all_patients
from clinic.assessments.outcomes.asking import Asked
from clinic.assessments.outcomes.behind.records import ALERTS, LINKS, RECORDS, alerts, links, overdue
from clinic.assessments.outcomes.page import address, rows_url
from clinic.assessments.outcomes.sheets import HOW, Cell, Sheet
from clinic.instruments.change import Change
from clinic.patients.models import Status
from clinic.staff.models import NOBODY, practitioner_names

MEASURED = "Patients as they are now, but those who are archived, discharged or deceased."
OF_PERIOD = "Links that were made in the period, to patients who are not archived."
OVERDUE = "Schedules of the instrument whose day is over, by who is responsible for the patient now."
RAISED = "Alerts that questionnaires of this instrument raised in the period, of patients who are not archived."
PATIENTS = {
    "scheduled": "A schedule of this instrument that has not ended.",
    "baseline": "Any total of this instrument, in any episode.",
    "recent": "A total of this instrument in the last 30 days.",
}
OF_LINKS = {
    "links_made": ("Made", "Made in the period."),
    "links_opened": ("Opened", "Of those, opened by the patient."),
    "links_done": ("Done", "Of those made, answered to the end."),
    "links_expired": ("Expired", "Those not answered in time."),
}
OF_ALERTS = {
    "alerts": ("Alerts", "Each answer or total that somebody has to look at."),
    "alerts_open": ("Open", "Nobody has acknowledged them."),
    "alerts_late": ("Over 24 hours", "Acknowledged later than that, or open for longer."),
}


class Median(Aggregate):
    """percentile_cont(0.5) WITHIN GROUP (ORDER BY …) FILTER (WHERE …)"""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)%(filter)s"
    output_field = DurationField()


def measured(asked: Asked, change: Change, query: QueryDict) -> list[Sheet]:
    return [_patients(asked, query), _links(asked, query), _overdue(asked, query)]


def _patients(asked: Asked, query: QueryDict) -> Sheet:
    about = {name.removeprefix("patient__"): value for name, value in asked.people().items()}
    chosen = {"status": Status.ACTIVE.value, "user": asked.practitioner, "gender": asked.gender, "tag": asked.tag}
    listed = f"{reverse('patients:list')}?{urlencode({name: value for name, value in chosen.items() if value})}"
    listed_now = all_patients().filter(archived_at=None, **about)
    active = listed_now.count() - listed_now.exclude(status=Status.ACTIVE).count()  # few have left, and have an index
    rows = [
        [
            Cell("Active patients"),
            Cell(str(active), listed, "Active patients"),
            Cell("Neither archived, discharged nor deceased."),
        ],
        *(_row(RECORDS[name].label, RECORDS[name].count(asked), query, name, said) for name, said in PATIENTS.items()),
    ]
    return Sheet("Measured", ("Patients", "How many", HOW), rows, MEASURED, words=frozenset({0, 2}))


def _row(label: str, count: int, query: QueryDict, name: str, said: str) -> list[Cell]:
    return [Cell(label), Cell(str(count), rows_url(query, name), label), Cell(said)]


def _links(asked: Asked, query: QueryDict) -> Sheet:
    found = links(asked).aggregate(**{name: Count("pk", filter=only) for name, only in LINKS.items()})
    rows = [_row(label, found[name], query, name, said) for name, (label, said) in OF_LINKS.items()]
    return Sheet("Links", ("Links", "How many", HOW), rows, OF_PERIOD, words=frozenset({0, 2}))


def _overdue(asked: Asked, query: QueryDict) -> Sheet:
    counts = dict(overdue(asked).order_by().values_list("patient__user").annotate(count=Count("pk")))
    rows = [
        [Cell(name), Cell(str(counts[key]), address(query, show="overdue", practitioner=str(key or NOBODY)), "overdue")]
        for key, name in practitioner_names().items() if key in counts
    ]  # fmt: skip
    return Sheet(
        "Overdue by practitioner", ("Practitioner", "Overdue"), rows, OVERDUE, "Nobody is overdue.", frozenset({0})
    )


def risk(asked: Asked, change: Change, query: QueryDict) -> list[Sheet]:
    median = Median("waited", filter=Q(acknowledged_at__isnull=False))
    found = alerts(asked).aggregate(median=median, **{name: Count("pk", filter=only) for name, only in ALERTS.items()})
    rows = [_row(label, found[name], query, name, said) for name, (label, said) in OF_ALERTS.items()]
    said = "From the alert to the note of what was done; open ones not."
    rows.insert(2, [Cell("Median time to acknowledge"), _span(found["median"]), Cell(said)])
    headings = ("Alerts", "How many", HOW)
    return [Sheet("Risk", headings, rows, RAISED, words=frozenset({0, 2}))]


def _span(span: timedelta | None) -> Cell:
    if span is None:
        return Cell("None yet")
    whole = int(span.total_seconds()) // 60
    hours, minutes = divmod(whole, 60)
    return Cell(f"{hours} h {minutes} min" if hours else f"{minutes} min", data={"minutes": whole})
