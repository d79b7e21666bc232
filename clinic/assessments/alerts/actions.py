"""Raise and acknowledge alerts."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.assessments.alerts.wording import what_to_do
from clinic.assessments.models import AnswerRequest, Assessment
from clinic.assessments.models.alerts import Alert, Channel, channel_of
from clinic.assessments.record.latest_results import keep_latest_results
from clinic.audit.actions import By, record
from clinic.instruments.definitions import AlertRule, Definition
from clinic.instruments.items.answers import words
from clinic.instruments.items.parts import Answer
from clinic.instruments.scoring import Result
from clinic.staff.actions import OPERATOR

TAKEN_BACK_WITHIN = timedelta(minutes=10)
LONGEST = 500  # letters of an alert: title, answer and rule together can be longer than its column


class NoteMissing(ValueError):
    """The acknowledgement has no note of what was done."""


class Worsened(Exception):
    """A worse answer came since the alert was shown: nobody has seen what the note would close."""


@transaction.atomic
def raise_alerts(
    assessment: Assessment, definition: Definition, responses: Mapping[str, Answer | None], result: Result, *, by: By
) -> list[Alert]:
    """Raise the alerts that the responses call for, in the action that saves them, drafts included.

    An open alert keeps the worst response to its rule. A response that is worse than an acknowledged alert raises
    another.
    """
    raised = []
    rows = Alert.objects.filter(assessment=assessment).order_by("pk").select_for_update()
    known = list(rows) if result.alerts else []
    for rule in result.alerts:
        channel = channel_of(by.id, assessment.pk)
        said = {**said_of(rule, definition, responses, result, channel), **_writer(assessment, channel, by=by)}
        points = said["points"]
        before = [alert for alert in known if alert.rule == rule.code]
        waiting = next((alert for alert in before if alert.open), None)
        if waiting is not None and waiting.points < points:
            _raise_again(waiting, said, by=by)
        elif not before or (waiting is None and max(alert.points for alert in before) < points):
            raised.append(_raise(assessment, rule, said, by=by))
    return raised


def said_of(
    rule: AlertRule, definition: Definition, responses: Mapping[str, Answer | None], result: Result, channel: Channel
) -> dict[str, Any]:
    """What an alert says of the responses: how bad, the answer in words, and what to do about it."""
    answer = _answer(rule, definition, responses)
    points = _points(rule, definition, responses, result)
    return {"points": points, "answer": answer, "text": _text(rule, definition, answer, channel)}


def _points(rule: AlertRule, definition: Definition, responses: Mapping[str, Answer | None], result: Result) -> Decimal:
    """The item's points, or the least distance of the total from the harmless end of its range."""
    if rule.item:
        answer = responses.get(rule.item)
        return Decimal(0 if answer is None else definition.by_code[rule.item].amount(answer))
    falls = definition.bands and definition.bands[0].rank > definition.bands[-1].rank
    return Decimal(definition.high - (result.high or 0) if falls else (result.low or 0) - definition.low)


def _writer(assessment: Assessment, channel: Channel, *, by: By) -> dict[str, str]:
    """What an alert keeps of whoever gave the response. An operator's command writes for the practitioner."""
    return {
        "raised_by_id": by.id,
        "raised_by_name": assessment.user.display_name if by.id == OPERATOR.id else by.name,
        "link_made_by": _maker(by) if channel == Channel.LINK else "",
    }


def _maker(by: By) -> str:
    """Who made the link that a patient writes by."""
    rows = AnswerRequest.objects.filter(pk=by.id.partition(":")[2])
    return rows.values_list("created_by_name", flat=True).first() or ""


def _answer(rule: AlertRule, definition: Definition, responses: Mapping[str, Answer | None]) -> str:
    item, given = definition.by_code.get(rule.item), responses.get(rule.item)
    return "" if item is None or given is None else words(item, given)[:LONGEST]


def _text(rule: AlertRule, definition: Definition, answer: str, channel: Channel) -> str:
    where = f"{definition.title}, item {rule.item}, “{answer}”" if answer else definition.title
    return f"{where}: {what_to_do(rule.text, channel)}"[:LONGEST]


def _raise(assessment: Assessment, rule: AlertRule, said: dict[str, Any], *, by: By) -> Alert:
    alert = Alert.objects.create(
        patient_id=assessment.patient_id, assessment=assessment, rule=rule.code, severity=rule.severity, **said
    )
    changes = {"assessment": [None, str(assessment.pk)], "rule": [None, rule.code], "text": [None, alert.text]}
    record("alert.raised", alert, by=by, changes=changes)
    return alert


def _raise_again(alert: Alert, said: dict[str, Any], *, by: By) -> None:
    for name, value in said.items():
        setattr(alert, name, value)
    alert.save(update_fields=list(said))
    record("alert.raised_again", alert, by=by, changes={"text": ["", alert.text]})


@transaction.atomic
def acknowledge_alerts(*, by: By, patient_id: UUID, seen: Mapping[UUID, Decimal | None], note: str) -> list[Alert]:
    """Close these alerts of a patient with a note of what was done; raises NoteMissing and Worsened.

    `seen` has the points that whoever writes the note saw of each, None where nobody says. Returns those that are
    closed by this. An acknowledged alert stays as it is: the first note counts, with its author and time. An alert that
    is not among them stays open.
    """
    if not note.strip():
        raise NoteMissing("Say what was done about it.")
    rows = Alert.objects.filter(patient=patient_id, pk__in=seen).order_by("pk").select_for_update()
    closed = [alert for alert in rows if alert.open]
    if any(points is not None and alert.points > points for alert in closed for points in [seen[alert.pk]]):
        raise Worsened
    for alert in closed:
        alert.acknowledged_at = timezone.now()
        alert.acknowledged_by_id, alert.acknowledged_by_name = by.id, by.name
        alert.note = note.strip()
        alert.save()
        record("alert.acknowledged", alert, by=by, changes={"note": [None, alert.note]})
    if closed:
        keep_latest_results(patient_id, by=by)
    return closed


@transaction.atomic
def take_back_acknowledgement(*, by: By, patient_id: UUID) -> list[Alert]:
    """Open again what `by` acknowledged of this patient within the last minutes, and return it.

    The trail keeps the note. An alert stays closed where a worse answer has raised another one meanwhile.
    """
    rows = Alert.objects.filter(patient=patient_id).order_by("pk").select_for_update()
    alerts, since = list(rows), timezone.now() - TAKEN_BACK_WITHIN
    waiting = {(alert.assessment_id, alert.rule) for alert in alerts if alert.open}
    opened = []
    for alert in sorted(alerts, key=lambda alert: -alert.points):
        late = alert.acknowledged_at is None or alert.acknowledged_at < since
        if late or alert.acknowledged_by_id != by.id or (alert.assessment_id, alert.rule) in waiting:
            continue
        note, alert.note = alert.note, ""
        alert.acknowledged_at, alert.acknowledged_by_id, alert.acknowledged_by_name = None, "", ""
        alert.save()
        record("alert.reopened", alert, by=by, changes={"note": [note, None]})
        waiting.add((alert.assessment_id, alert.rule))
        opened.append(alert)
    if opened:
        keep_latest_results(patient_id, by=by)
    return opened


def acknowledge_alert(*, by: By, id: UUID, note: str) -> Alert:
    """Close one alert, as `acknowledge_alerts` does. Raises Alert.DoesNotExist and NoteMissing."""
    alert = Alert.objects.get(pk=id)
    acknowledge_alerts(by=by, patient_id=alert.patient_id, seen={id: None}, note=note)
    alert.refresh_from_db()
    return alert


@transaction.atomic
def claim_mail(*, by: By, alerts: Sequence[Alert]) -> bool:
    """Note on the newly raised alerts of one patient that a mail tells of them; False if one did so today already.

    Whoever raised them holds the lock of the patient's latest results, so that of two at once one claims the mail.
    """
    today = timezone.localdate()
    if not alerts or Alert.objects.filter(patient=alerts[0].patient_id, told_on=today).exists():
        return False
    for alert in alerts:
        alert.told_on = today
        alert.save(update_fields=["told_on"])
        record("alert.told", alert, by=by, changes={"told_on": [None, str(today)]})
    return True


@transaction.atomic
def return_claim(*, by: By, alerts: Sequence[Alert]) -> None:
    """Take the note back, as no mail could be sent: the next alert is told of."""
    for alert in alerts:
        before, alert.told_on = alert.told_on, None
        alert.save(update_fields=["told_on"])
        record("alert.not_told", alert, by=by, changes={"told_on": [str(before), None]})
