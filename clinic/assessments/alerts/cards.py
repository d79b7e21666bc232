"""Alerts by person: one card for a patient, with everything that they answered so, newest first."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from clinic.assessments.alerts.wording import what_to_do
from clinic.assessments.models import Assessment
from clinic.assessments.models.alerts import Alert
from clinic.instruments.catalogue import find_versions
from clinic.instruments.definitions import AlertRule, Definition
from clinic.patients.models import Patient, Severity


class Line(NamedTuple):
    """One alert, with what was answered in words."""

    alert: Alert
    answer: str

    @property
    def alone(self) -> list[Alert]:
        return [self.alert]


class Question(NamedTuple):
    """What was answered several times, newest first, and what is to be done about the newest answer.

    So many `earlier` ones that somebody acknowledged are left out of the lines.
    """

    text: str
    to_do: str
    lines: list[Line]
    earlier: int = 0

    @property
    def waits(self) -> bool:
        return any(line.alert.open for line in self.lines)


class Card(NamedTuple):
    """The alerts of one patient. `severity` is the strongest that is open, and `since` the moment of the oldest."""

    patient: Patient
    questions: list[Question]
    open: list[Alert]
    severity: int | None
    since: datetime | None

    @property
    def word(self) -> str:
        return "" if self.severity is None else str(Severity(self.severity).label)

    @property
    def age(self) -> str:
        return "" if self.since is None else age_text(self.since)

    @property
    def lines(self) -> int:
        return sum(len(question.lines) for question in self.questions)


def age_text(moment: datetime) -> str:
    """How long ago a moment is: "12 min", "3 h", "2 d"."""
    minutes = max(0, int((timezone.now() - moment).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 24 * 60 else f"{minutes // (24 * 60)} d"


def cards_of(
    patients: Sequence[Patient], assessment: Assessment | None = None, *, closed: int | None = None
) -> list[Card]:
    """A card of each of the patients, in their order; with `assessment` of the alerts that this one raised.

    With `closed` a card has no more than so many acknowledged ones of a question, the newest.
    """
    rows = Alert.objects.filter(patient__in=[patient.pk for patient in patients])
    if assessment is not None:
        rows = rows.filter(assessment=assessment)
    if closed is not None:
        rows = rows.with_places().filter(Q(acknowledged_at=None) | Q(place__lte=closed))
    alerts = list(rows.select_related("assessment").order_by("-raised_at", "-pk"))
    definitions = find_versions({_version_of(alert) for alert in alerts if alert.assessment.instrument})
    by_patient: dict[object, list[Alert]] = {}
    for alert in alerts:
        by_patient.setdefault(alert.patient_id, []).append(alert)
    return [_card(patient, by_patient.get(patient.pk, []), definitions) for patient in patients]


def _version_of(alert: Alert) -> tuple[str, str]:
    return alert.assessment.instrument, alert.assessment.instrument_version


def _card(patient: Patient, alerts: Sequence[Alert], definitions: dict[tuple[str, str], Definition]) -> Card:
    """The card of one patient from the alerts, newest first. Questions that wait come first, the most severe on top."""

    def question_of(alert: Alert) -> tuple[str, str]:
        return alert.assessment.instrument, alert.rule

    grouped = groupby(sorted(alerts, key=question_of), question_of)
    questions = [_question(list(group), definitions) for _, group in grouped]
    open_ones = [alert for alert in alerts if alert.open]
    return Card(
        patient=patient,
        questions=sorted(questions, key=_urgency),
        open=open_ones,
        severity=max((alert.severity for alert in open_ones), default=None),
        since=min((alert.raised_at for alert in open_ones), default=None),
    )


def _urgency(question: Question) -> tuple[bool, int, float]:
    newest = question.lines[0].alert
    return not question.waits, -newest.severity, -newest.raised_at.timestamp()


def _question(alerts: Iterable[Alert], definitions: dict[tuple[str, str], Definition]) -> Question:
    """The alerts of one rule of one instrument, newest first. Each is told by the version that it was raised by."""
    told = [(alert, *_rule_of(alert, definitions)) for alert in alerts]
    lines = [Line(alert, _answer(alert, rule)) for alert, rule, _ in told]
    shown, rule, definition = next((each for each in told if each[0].open), told[0])
    closed = sum(not line.alert.open for line in lines)
    earlier = max(getattr(alert, "closed_ones", closed) for alert, _, _ in told) - closed
    if rule is None or definition is None:
        return Question("", shown.text, lines, earlier)
    item = definition.by_code.get(rule.item)
    text = f"{definition.title}, item {item.code}: {item.text}" if item is not None else definition.title
    return Question(text, what_to_do(rule.text, shown.channel), lines, earlier)


def _rule_of(
    alert: Alert, definitions: dict[tuple[str, str], Definition]
) -> tuple[AlertRule | None, Definition | None]:
    definition = definitions.get(_version_of(alert))
    rules = definition.alerts if definition is not None else ()
    return next((rule for rule in rules if rule.code == alert.rule), None), definition


def _answer(alert: Alert, rule: AlertRule | None) -> str:
    """What was answered in words, or the band of the total."""
    return alert.answer or (rule.band if rule is not None else "")
