"""Raise and acknowledge alerts."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.assessments.models import Assessment
from clinic.assessments.models.alerts import Alert
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.audit.actions import By, record
from clinic.instruments.definitions import AlertRule, Definition
from clinic.instruments.items.parts import Answer
from clinic.instruments.scoring import Result

LONGEST = 500  # letters of an alert: title, answer and rule together can be longer than its column


class NoteMissing(ValueError):
    """The acknowledgement has no note of what was done."""


@transaction.atomic
def raise_alerts(
    assessment: Assessment, definition: Definition, responses: Mapping[str, Answer | None], result: Result, *, by: By
) -> list[Alert]:
    """Raise the alerts that the responses call for, in the action that saves them, drafts included.

    An open alert keeps the worst response to its rule. A response that is worse than an acknowledged alert raises
    another.
    """
    raised = []
    for rule in result.alerts:
        points = _points(rule, definition, responses, result)
        text = _text(rule, definition, responses)
        before = list(Alert.objects.filter(assessment=assessment, rule=rule.code).select_for_update())
        waiting = next((alert for alert in before if alert.open), None)
        if waiting is not None and waiting.points < points:
            waiting.points, waiting.text = points, text
            waiting.save(update_fields=["points", "text"])
            record("alert.raised_again", waiting, by=by, changes={"text": ["", text]})
        elif not before or (waiting is None and max(alert.points for alert in before) < points):
            raised.append(_raise(assessment, rule, text, points, by=by))
    return raised


def _points(rule: AlertRule, definition: Definition, responses: Mapping[str, Answer | None], result: Result) -> Decimal:
    """The item's points, or the least distance of the total from the harmless end of its range."""
    if rule.item:
        answer = responses.get(rule.item)
        return Decimal(0 if answer is None else definition.by_code[rule.item].amount(answer))
    falls = definition.bands and definition.bands[0].rank > definition.bands[-1].rank
    return Decimal(definition.high - (result.high or 0) if falls else (result.low or 0) - definition.low)


def _text(rule: AlertRule, definition: Definition, responses: Mapping[str, Answer | None]) -> str:
    item, given = definition.by_code.get(rule.item), responses.get(rule.item)
    answer = "" if item is None or given is None else item.text_of.get(given, "")
    where = f"{definition.title}, item {rule.item}, “{answer}”" if answer else definition.title
    return f"{where}: {rule.text}"[:LONGEST]


def _raise(assessment: Assessment, rule: AlertRule, text: str, points: Decimal, *, by: By) -> Alert:
    alert = Alert.objects.create(
        patient_id=assessment.patient_id,
        assessment=assessment,
        rule=rule.code,
        text=text,
        severity=rule.severity,
        points=points,
        raised_by_id=by.id,
        raised_by_name=by.name,
    )
    changes = {"assessment": [None, str(assessment.pk)], "rule": [None, rule.code], "text": [None, alert.text]}
    record("alert.raised", alert, by=by, changes=changes)
    return alert


@transaction.atomic
def acknowledge_alert(*, by: By, id: UUID, note: str) -> Alert:
    """Close an alert with a note of what was done. Raises Alert.DoesNotExist and NoteMissing.

    An acknowledged alert stays as it is: the first note counts, with its author and time.
    """
    alert = Alert.objects.select_for_update().get(pk=id)
    if not note.strip():
        raise NoteMissing("Say what was done about it.")
    if alert.open:
        alert.acknowledged_at = timezone.now()
        alert.acknowledged_by_id, alert.acknowledged_by_name = by.id, by.name
        alert.note = note.strip()
        alert.save()
        record("alert.acknowledged", alert, by=by, changes={"note": [None, alert.note]})
        keep_latest_results(alert.patient_id, by=by)
    return alert
