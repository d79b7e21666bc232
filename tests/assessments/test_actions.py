"""What the actions refuse and keep, where the pages do not show it."""

import tomllib
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from clinic.assessments.models import Assessment
from clinic.assessments.questionnaire import actions as questionnaires
from clinic.assessments.record import actions, refusals
from clinic.assessments.schedules import actions as schedule_actions
from clinic.assessments.selfreport import actions as request_actions
from clinic.instruments import actions as instrument_actions
from clinic.instruments.catalogue import find
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_languages import FILE
from tests.world import Writer, make_assessment, make_patient

BY = {"by": Writer()}


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield riverside


@pytest.fixture
def patient(scope):
    return make_patient(date_of_birth=date(1980, 3, 12))


def assessment(patient, day=1, answers=None, **fields):
    answers = {"1": 1, "2": 1} if answers is None else answers
    return questionnaires.start_assessment(
        **BY, definition=find("phq-2"), patient=patient, date=date(2026, 3, day), user=patient.user, answers=answers,
        **fields,
    ).assessment  # fmt: skip


def add(old="", new="", becomes=""):
    data = tomllib.loads(FILE.replace(old, new))
    return instrument_actions.add_custom_instrument(**BY, data=data, origin="form", becomes=becomes)


def schedule_of(patient):
    start = date(2026, 2, 1)
    return schedule_actions.set_schedule(
        **BY, patient=patient, definition=find("phq-2"), every_days=14, starts_on=start
    )


def test_versions_are_counted_for_each_instrument_by_itself(scope):
    first, added = add()
    again, added_again = add()
    other, _ = add('title = "Mood"', 'title = "Sleep"')
    second, _ = add("My mood is", "I am", first.instrument)
    assert (first.version, added, again.pk, added_again) == (1, True, first.pk, False)
    assert (other.version, second.version, second.instrument) == (1, 2, first.instrument)
    assert other.instrument != first.instrument


def test_schedule_that_is_made_is_given_back_with_what_is_due_by_the_last_assessment(patient):
    assessment(patient, complete=True)
    schedule = schedule_actions.set_schedule(
        **BY, patient=patient, definition=find("phq-2"), every_days=14, starts_on=date(2026, 2, 1)
    )
    assert (schedule.last_done_on, schedule.next_due_on) == (date(2026, 3, 1), date(2026, 3, 15))


def test_schedule_follows_the_assessments_of_its_own_patient(patient):
    assessment(make_patient(), day=20, complete=True)
    schedule = schedule_actions.set_schedule(
        **BY, patient=patient, definition=find("phq-2"), every_days=14, starts_on=date(2026, 2, 1)
    )
    assert (schedule.last_done_on, schedule.next_due_on) == (None, date(2026, 2, 1))


def test_free_assessment_is_not_cancelled(patient):
    free = make_assessment(patient)
    with pytest.raises(refusals.NotOpen):
        questionnaires.cancel_assessment(**BY, id=free.pk, reason="By mistake", version=free.version)
    assert Assessment.objects.get(pk=free.pk).status == free.status


@pytest.mark.parametrize("happened", ["created", "archived", "restored", "changed before"])
def test_only_the_last_change_can_be_taken_back(patient, happened):
    make_assessment(patient)  # another, which is not what is taken back
    made = actions.create_assessment(
        **BY, patient=patient, user=patient.user, name="One", type="physical", date=date(2026, 3, 1), questions=[],
    )  # fmt: skip
    if happened in ("archived", "restored"):
        made = actions.archive_assessment(**BY, id=made.pk)
    if happened == "restored":
        made = actions.restore_assessment(**BY, id=made.pk)
    if happened == "changed before":
        made = actions.update_assessment(**BY, id=made.pk, version=made.version, name="Two")
        actions.update_assessment(**BY, id=made.pk, version=made.version, name="Three")
    before = Assessment.objects.get(pk=made.pk)
    with pytest.raises(actions.Changed):
        actions.undo_assessment_change(**BY, id=made.pk, version=made.version)
    after = Assessment.objects.get(pk=made.pk)
    assert (after.name, after.version, after.archived_at) == (before.name, before.version, before.archived_at)


def test_change_is_taken_back_of_its_own_record(patient):
    make_assessment(patient)
    made = make_assessment(patient, name="One")
    changed = actions.update_assessment(**BY, id=made.pk, version=made.version, name="Two")
    assert actions.undo_assessment_change(**BY, id=made.pk, version=changed.version).name == "One"


def test_request_was_opened_when_it_was_first_opened(scope, patient):
    asked = request_actions.create_request(
        **BY, clinic=scope.clinic, id=uuid4(), patient=patient, user=patient.user, definition=find("phq-2"),
        language="en", days=7,
    ).request  # fmt: skip
    request_actions.note_opened(id=asked.pk)
    opened = timezone.now() - timedelta(hours=1)
    type(asked).objects.filter(pk=asked.pk).update(opened_at=opened)
    request_actions.answer_request(id=asked.pk, answers={"1": 1}, version=None, page=None)
    asked.refresh_from_db()
    assert (asked.opened_at, asked.state) == (opened, "answering")
