"""Starting, ending and correcting an episode of treatment: what is written, and what is refused."""

from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.episodes.actions import (
    EpisodeChanged,
    EpisodeRefused,
    correct_episode,
    end_episode,
    start_episode,
)
from clinic.assessments.models import Episode
from clinic.assessments.record.refusals import ReasonMissing
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.side_by_side import overlap, trail
from tests.sizes import times
from tests.world import Writer, ahead, make_patient

BY = Writer()
BORN, START = date(1980, 1, 1), date(2026, 3, 2)
ENDED = {"ended_on": date(2026, 6, 1), "end_reason": "referred_on"}
CLOSED = {**ENDED, "ended_by_id": "x"}


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture
def patient(scope):
    return make_patient(date_of_birth=BORN)


@pytest.fixture
def episode(patient):
    return start_episode(by=BY, patient=patient, started_on=START)


def events():
    rows = AuditEvent.objects.filter(record_type="episode").order_by("pk")
    return [(event.action, event.changes) for event in rows]


def correct(episode, **fields):
    values = {"version": 1, "reason": "Mistyped", "started_on": START, "ended_on": None, **fields}
    return correct_episode(by=BY, id=episode.pk, **values)


def test_each_action_leaves_one_record_in_the_trail(patient, episode):
    end_episode(by=BY, id=episode.pk, version=1, end_words="to the clinic by the sea", **ENDED)
    correct(episode, version=2, started_on=date(2026, 3, 1))
    start = {"patient": [None, str(patient.pk)], "started_on": [None, "2026-03-02"]}
    why = "to the clinic by the sea"
    assert events() == [
        ("episode.started", {**start, "end_reason": [None, ""], "end_words": [None, ""]}),
        (
            "episode.ended",
            {"ended_on": [None, "2026-06-01"], "end_reason": ["", "referred_on"], "end_words": ["", why]},
        ),
        (
            "episode.corrected",
            {
                "started_on": ["2026-03-02", "2026-03-01"],
                "ended_on": ["2026-06-01", None],
                "end_reason": ["referred_on", ""],
                "end_words": [why, ""],
                "reason": [None, "Mistyped"],
            },
        ),
    ]


def test_episode_knows_who_started_and_who_ended_it(episode):
    other = Writer("other", "Other")
    ended = end_episode(by=other, id=episode.pk, version=1, **ENDED)
    assert (ended.created_by_name, ended.ended_by_name, ended.end_label) == ("Test", "Other", "Referred on")
    again = correct(episode, version=2)
    assert (again.ended_by_id, again.ended_by_name, again.end_label) == ("", "", "")


def test_form_sent_twice_starts_one_and_ends_it_once(patient):
    id = uuid4()
    for _ in range(2):
        start_episode(by=BY, patient=patient, started_on=START, id=id)
    for _ in range(2):
        end_episode(by=BY, id=id, version=1, **ENDED)
    assert (Episode.objects.get().pk, [action for action, _ in events()]) == (id, ["episode.started", "episode.ended"])


def test_correction_without_a_difference_writes_nothing(episode):
    assert (correct(episode).version, len(events())) == (1, 1)


def test_end_and_correction_of_an_older_version_are_conflicts(episode):
    end_episode(by=BY, id=episode.pk, version=1, **ENDED)
    other = {**ENDED, "end_reason": "died"}
    for work in (partial(end_episode, by=BY, id=episode.pk, version=2, **other), partial(correct, episode)):
        with pytest.raises(EpisodeChanged):
            work()
    assert Episode.objects.get().end_reason == "referred_on"


def test_correction_needs_a_reason(episode):
    with pytest.raises(ReasonMissing):
        correct(episode, reason=" ", started_on=date(2026, 3, 1))
    assert Episode.objects.get().started_on == START


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"started_on": BORN - timedelta(days=1)}, "started_on"),
        ({"started_on": date(1899, 12, 31)}, "started_on"),
        ({"started_on": ahead(1)}, "started_on"),
        ({**ENDED, "ended_on": ahead(1)}, "ended_on"),
        ({**ENDED, "ended_on": START - timedelta(days=1)}, "ended_on"),
        ({**ENDED, "end_reason": ""}, "end_reason"),
        ({**ENDED, "end_reason": "bored"}, "end_reason"),
        ({**ENDED, "end_reason": "other"}, "end_words"),
        ({"end_reason": "died"}, "ended_on"),
        ({"end_words": "She moved"}, "ended_on"),
    ],
)
def test_what_is_no_episode_is_refused_by_its_field(episode, fields, field):
    with pytest.raises(EpisodeRefused) as refused:
        correct(episode, **fields)
    assert (refused.value.field, len(events())) == (field, 1)


@pytest.mark.parametrize("day", [START - timedelta(days=9), START, START + timedelta(days=9)])
def test_second_open_episode_is_refused(patient, episode, day):
    with pytest.raises(EpisodeRefused) as refused:
        start_episode(by=BY, patient=patient, started_on=day)
    assert str(refused.value) == "There is an episode on some of these days already: since 2 Mar 2026."


def days(start, end):
    return {START + timedelta(days=after) for after in range(start, 90 if end is None else end + 1)}


spans = st.tuples(st.integers(0, 30), st.none() | st.integers(0, 12)).map(
    lambda span: (span[0], None if span[1] is None else span[0] + span[1])
)


def attempt(patient, at, start, end):
    """Bring another episode of long ago to these days; the field that is refused, or none."""
    before, after = START - timedelta(days=500 + at), START + timedelta(days=start)
    episode = Episode.objects.create(
        patient=patient, started_on=before, created_by_id="x", **{**CLOSED, "ended_on": before}
    )
    why = {} if end is None else {"ended_on": START + timedelta(days=end), "end_reason": "died"}
    try:
        correct(episode, started_on=after, **why)
    except EpisodeRefused as refusal:
        return refusal.field
    return ""


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(spans, min_size=2, max_size=4))
def test_no_day_is_in_two_episodes(scope, tried):
    taken, expected = set(), []
    for start, end in tried:
        expected.append("started_on" if days(start, end) & taken else "")
        taken |= set() if expected[-1] else days(start, end)
    start_episode(by=BY, patient=make_patient(date_of_birth=BORN), started_on=START)
    patient = make_patient(date_of_birth=BORN)
    assert [attempt(patient, at, *span) for at, span in enumerate(tried)] == expected


@pytest.mark.parametrize(
    "values",
    [
        {"ended_on": START},
        {"end_reason": "died"},
        {"end_words": "Moved"},
        {**CLOSED, "ended_on": START - timedelta(days=1)},
        {**CLOSED, "end_reason": "bored"},
        {**CLOSED, "end_reason": "other"},
        {**ENDED, "ended_by_id": ""},
    ],
)
def test_table_takes_no_episode_that_cannot_be(episode, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Episode.objects.update(**values)
    assert Episode.objects.get().ended_on is None


def test_table_takes_one_open_episode_of_a_patient(patient, episode):
    with pytest.raises(IntegrityError, match="episode_once_open"), transaction.atomic():
        Episode.objects.create(patient=patient, started_on=START + timedelta(days=1), created_by_id="x")
    assert Episode.objects.count() == 1


def test_two_episodes_started_at_once_are_one_and_a_refusal(in_woodside):
    with in_woodside():
        patient = make_patient(date_of_birth=BORN)
    works = [
        partial(start_episode, by=BY, patient=patient, started_on=START + timedelta(days=after)) for after in (0, 7)
    ]
    both = overlap(in_woodside, *works)
    assert (both.refusal, both.waited, trail(in_woodside, both.first)) == ("EpisodeRefused", True, ["episode.started"])


def test_episode_that_is_corrected_meanwhile_is_not_ended(in_woodside):
    with in_woodside():
        episode = start_episode(by=BY, patient=make_patient(date_of_birth=BORN), started_on=START)
    both = overlap(
        in_woodside,
        partial(correct, episode, started_on=date(2026, 3, 1)),
        partial(end_episode, by=BY, id=episode.pk, version=1, **ENDED),
    )
    assert (both.refusal, both.waited) == ("EpisodeChanged", True)
    assert trail(in_woodside, episode) == ["episode.started", "episode.corrected"]
