"""Alerts by person: any answers, by any channel and however acknowledged, come to the cards of a plain account."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clinic.assessments.alerts.actions import acknowledge_alerts
from clinic.assessments.alerts.cards import cards_of
from clinic.assessments.alerts.wording import what_to_do
from clinic.assessments.models import Alert, AnswerRequest
from clinic.assessments.models.alerts import Channel
from clinic.assessments.questionnaire.actions import save_responses, start_assessment
from clinic.instruments import catalogue
from clinic.instruments.actions import add_custom_instrument
from clinic.instruments.files.toml import shipped
from clinic.patients.models import Patient
from clinic.staff.actions import OPERATOR
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

DAY = date(2026, 3, 1)
ANSWERS = {1: "Several days", 2: "More than half the days", 3: "Nearly every day"}
NINE = "Thoughts of being better off dead or of self-harm. Assess the risk of suicide"
# What is to be done about item 9, and by whom it was answered.
CHANNELS = {
    "staff": (f"{NINE} before the patient leaves.", "Dr Ada"),
    "device": (f"{NINE} before the patient leaves.", "the patient, on a shared device"),
    "link": (f"{NINE}. The patient is not here: call today.", "the patient, by a link made by Dr Ada"),
    "program": (f"{NINE}. Find out where the patient is, and call today.", "Intake, a program"),
}
SCALE = "Two questions"


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture
def patients(scope) -> list[Patient]:
    return [make_patient(date_of_birth=date(1980, 1, 1)) for _ in range(2)]


@dataclass
class Told:
    """An alert of the plain account."""

    patient: int
    sheet: int
    points: int
    channel: str
    note: str = ""


def request_of(patient: Patient) -> AnswerRequest:
    """A request that Dr Ada made. It is ended, so that a patient may have many."""
    now = patient.created_at
    return AnswerRequest.objects.create(
        patient=patient, user=patient.user, instrument="phq-9", instrument_version="2", title="PHQ-9", language="en",
        state="revoked", expires_at=now, ended_at=now, created_by_id="ada", created_by_name="Dr Ada",
    )  # fmt: skip


def writer(channel: str, key, patient: Patient) -> Writer:
    """Who writes to the assessment of that key by that channel."""
    if channel == "link":
        return Writer(f"patient:{request_of(patient).pk}", "Patient")
    return {
        "staff": Writer(str(uuid4()), "Dr Ada"),
        "device": Writer(f"patient:{key}", "Patient"),
        "program": Writer("client:7", "Intake"),
    }[channel]


def answer(patient: Patient, key, points: int, channel: str):
    """Answer item 9 of the assessment of that key, begun where it is not there."""
    by = writer(channel, key, patient)
    made = start_assessment(
        by=by, definition=catalogue.find("phq-9"), patient=patient, user=patient.user, date=DAY, id=key
    ).assessment
    save_responses(by=by, id=made.pk, answers={"9": points})


def account(told: list[Told], at: int, sheet: int, points: int, channel: str) -> None:
    """What an answer does to the plain account."""
    same = [each for each in told if (each.patient, each.sheet) == (at, sheet)]
    waiting = [each for each in same if not each.note]
    if points == 0:
        return
    if waiting and points > waiting[0].points:
        waiting[0].points, waiting[0].channel = points, channel
    elif not waiting and points > max((each.points for each in same), default=0):
        told.append(Told(at, sheet, points, channel))


answered = st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 3), st.sampled_from(sorted(CHANNELS)))
acknowledged = st.tuples(st.integers(0, 1), st.booleans())


def show(patients: list[Patient]) -> list[tuple]:
    """The cards as a reader sees them: what waits, how bad it is, since when, and each line newest first."""
    found = []
    for card in cards_of(patients):
        lines = [
            (question.text.partition(":")[0], question.to_do, line.answer, line.alert.answered_by, line.alert.note)
            for question in card.questions
            for line in question.lines
        ]
        oldest = min((alert.raised_at for alert in card.open), default=None)
        found.append((len(card.open), card.word, card.since == oldest, lines))
    return found


def expect(told: list[Told], at: int) -> tuple:
    mine = [each for each in told if each.patient == at][::-1]
    waiting = [each for each in mine if not each.note]
    to_do = CHANNELS[(waiting or mine)[0].channel][0] if mine else ""
    lines = [
        ("PHQ-9, item 9", to_do, ANSWERS[each.points], CHANNELS[each.channel][1], each.note) for each in mine
    ]  # fmt: skip
    return len(waiting), "Severe" if waiting else "", True, lines


def brief(cards) -> list[list[tuple]]:
    return [
        [(question.text, question.to_do, [line.alert.pk for line in question.lines], question.earlier)
         for question in card.questions]
        for card in cards
    ]  # fmt: skip


def shortened(card, closed: int) -> list[tuple]:
    """The questions of a whole card with so many acknowledged ones each, and how many were left out."""
    found = []
    for question in card.questions:
        acknowledged = [line.alert.pk for line in question.lines if not line.alert.open]
        left_out = acknowledged[closed:]
        kept = [line.alert.pk for line in question.lines if line.alert.pk not in left_out]
        found.append((question.text, question.to_do, kept, len(left_out)))
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(answered | acknowledged, max_size=8))
@example(steps=[each for sheet in range(3) for each in ((0, sheet, 1, "staff"), (0, True))])
@example(steps=[(0, 0, 1, "staff"), (0, 1, 2, "link"), (0, 2, 3, "program"), (0, True), (0, 0, 3, "device")])
def test_cards_are_those_of_a_plain_account(patients, steps):
    told: list[Told] = []
    keys = [[uuid4() for _ in range(3)] for _ in range(2)]
    with transaction.atomic():
        for number, step in enumerate(steps):
            if len(step) == 4:
                at, sheet, points, channel = step
                answer(patients[at], keys[at][sheet], points, channel)
                account(told, at, sheet, points, channel)
                continue
            at, everything = step
            waiting = [each for each in told if each.patient == at and not each.note][: None if everything else 1]
            ids = [Alert.objects.open().get(assessment=keys[at][each.sheet]).pk for each in waiting]
            acknowledge_alerts(by=Writer(), patient_id=patients[at].pk, seen=dict.fromkeys(ids), note=f"Note {number}")
            for each in waiting:
                each.note = f"Note {number}"
        assert show(patients) == [expect(told, at) for at in range(2)]
        assert brief(cards_of(patients, closed=1)) == [shortened(card, 1) for card in cards_of(patients)]
        counted = [Patient.objects.get(pk=patient.pk).open_alerts for patient in patients]
        assert counted == [expect(told, at)[0] for at in range(2)]
        transaction.set_rollback(True)


@pytest.mark.parametrize("channel", Channel)
def test_every_rule_of_every_shipped_file_says_to_call_where_the_patient_is_away(channel):
    texts = [rule.text for definition in shipped().values() for rule in definition.alerts]
    said = [what_to_do(text, channel) for text in texts]
    here = {text for text in texts if "leaves" in text}
    assert len(here) == 2
    if channel in (Channel.STAFF, Channel.DEVICE):
        assert said == texts
    else:
        away = [text for text, was in zip(said, texts, strict=True) if was in here or channel == Channel.LINK]
        assert ([text for text in said if "leaves" in text], {text[-11:] for text in away}) == ([], {"call today."})


def test_questions_of_one_patient_are_told_apart_and_the_worst_comes_first(patients):
    options = [{"points": points, "text": f"Degree {points}"} for points in range(3)]
    data = {
        **dict.fromkeys(("title", "name", "source", "licence"), SCALE),
        "type": "other",
        "licence_class": "free",
        "items": [{"code": code, "text": f"Question {code}", "options": options} for code in "ab"],
        "scoring": {"minimum": 0, "maximum": 4},
        "alerts": [
            {"code": code, "text": f"Look at {code}.", "severity": severity, "item": code, "at_least": 1}
            for code, severity in (("a", 1), ("b", 3))
        ],
    }
    made, _ = add_custom_instrument(by=Writer(), data=data, origin="form")
    definition = catalogue.find(made.instrument)
    for answers in ({"a": 1}, {"a": 2, "b": 1}):
        start_assessment(
            by=Writer(), definition=definition, patient=patients[0], user=patients[0].user, date=DAY, answers=answers
        )
    (card,) = cards_of(patients[:1])
    told = [(question.text, question.to_do, [line.answer for line in question.lines]) for question in card.questions]
    assert told == [
        (f"{SCALE}, item b: Question b", "Look at b.", ["Degree 1"]),
        (f"{SCALE}, item a: Question a", "Look at a.", ["Degree 2", "Degree 1"]),
    ]
    assert (card.word, card.severity, len(card.open)) == ("Moderately severe", 3, 3)


def test_answer_of_equal_points_is_told_by_what_was_chosen(patients):
    options = [
        {"code": code, "text": text, "points": points}
        for code, text, points in (
            ("no", "No", 0),
            ("pills", "By pills", 1),
            ("rope", "By a rope", 1),
            ("gun", "By a gun", 2),
        )
    ]
    data = {
        **dict.fromkeys(("title", "name", "source", "licence"), SCALE),
        "type": "other",
        "licence_class": "free",
        "items": [{"code": "a", "text": "How?", "options": options}],
        "scoring": {"minimum": 0, "maximum": 2},
        "alerts": [{"code": "a", "text": "Look.", "severity": 4, "item": "a", "at_least": 1}],
    }
    made, _ = add_custom_instrument(by=Writer(), data=data, origin="form")
    given = {"date": DAY, "user": patients[0].user, "patient": patients[0], "by": Writer()}
    definition, key = catalogue.find(made.instrument), uuid4()
    for chosen, id in (("pills", uuid4()), ("rope", key)):
        start_assessment(definition=definition, answers={"a": chosen}, id=id, **given)
    save_responses(by=Writer(), id=key, answers={"a": "gun"})
    ((question,),) = [card.questions for card in cards_of(patients[:1])]
    assert [line.answer for line in question.lines] == ["By a gun", "By pills"]
    assert question.lines[0].alert.text == f"{SCALE}, item a, “By a gun”: Look."


def test_band_is_the_answer_where_a_total_raised_the_alert(patients):
    start_assessment(
        by=Writer(), definition=catalogue.find("gcs"), patient=patients[0], user=patients[0].user, date=DAY,
        answers={"E": 1, "V": 1, "M": 1},
    )  # fmt: skip
    (card,) = cards_of(patients[:1])
    (question,) = card.questions
    assert (question.text, question.lines[0].answer) == (catalogue.find("gcs").title, "Severe")


def test_alert_of_a_command_names_the_practitioner_of_the_assessment(patients):
    key = uuid4()
    start_assessment(
        by=OPERATOR, definition=catalogue.find("phq-9"), patient=patients[0], user=patients[0].user, date=DAY, id=key,
        answers={"9": 1},
    )  # fmt: skip
    assert Alert.objects.get(assessment=key).answered_by == patients[0].user.display_name


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_program_reads_how_an_alert_was_answered_and_by_whom(riverside, sign_in, channel):
    key, (to_do, whom) = uuid4(), CHANNELS[channel]
    with clinic_scope(riverside.clinic):
        answer(make_patient(date_of_birth=date(1980, 1, 1)), key, 2, channel)
    (alert,) = sign_in(riverside.clinician).get(f"/api/v1/assessments/{key}/").json()["results"]["alerts"]
    assert (alert["channel"], alert["answered_by"]) == (channel, whom)
    assert alert["text"] == f"PHQ-9, item 9, “{ANSWERS[2]}”: {to_do}"


def test_worklist_has_the_newest_acknowledged_one_and_leads_to_the_others(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        patient = make_patient(date_of_birth=date(1980, 1, 1))
        for note in ("First", "Second", "Third", ""):
            answer(patient, uuid4(), 1, "staff")
            waiting = {alert.pk: None for alert in Alert.objects.open()}
            if note:
                acknowledge_alerts(by=Writer(), patient_id=patient.pk, seen=waiting, note=note)
    client = sign_in(riverside.clinician)
    page = client.get("/worklists/alerts/").content.decode()
    assert [note in page for note in ("First", "Second", "Third")] == [False, False, True]
    assert f'<a href="/patients/{patient.pk}/alerts/">2 earlier</a>, acknowledged' in page
    whole = client.get(f"/patients/{patient.pk}/alerts/").content.decode()
    assert [note in whole for note in ("First", "Second", "Third", " earlier</a>")] == [True, True, True, False]
