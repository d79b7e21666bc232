"""What is counted is counted once, in rows that all processes share, however many count at once."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.accounts.limits.counters import Limit, TooMany, count, forget, forget_old, give_back, seconds_left
from clinic.accounts.models import Counter
from clinic.tenancy.scope import clinic_scope
from tests.side_by_side import beside, end_of
from tests.sizes import times

LIMIT = Limit("test", 5, timedelta(minutes=5))
OTHER = Limit("other", 5, timedelta(minutes=5))


def passes(subject="somebody", limit=LIMIT):
    try:
        return count(limit, subject)
    except TooMany:
        return None


def over(subject="somebody", limit=LIMIT):
    """Let the window of a subject end."""
    Counter.objects.filter(pk=limit.key(subject)).update(ends_at=Now() - timedelta(seconds=1))


STEPS = st.lists(st.sampled_from(["count", "give back", "over", "forget", "clean"]), max_size=30)


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_counts_are_those_of_a_plain_count(db, steps):
    counted, held = [], []  # of the window as it should be, and what may be given back
    with transaction.atomic():
        for step in steps:
            if step == "count":
                found = passes()
                assert (found is not None) is (len(counted) < LIMIT.most)
                if found is not None:
                    counted.append(found)
                    held.append(found)
            elif step == "give back" and held:
                given = held.pop()
                give_back(given)
                if counted and given.ends_at == counted[-1].ends_at:
                    counted.pop()
            elif step == "over":
                over()
                counted, held = [], []
            elif step == "forget":
                forget(LIMIT, "somebody")
                counted, held = [], []
            else:
                forget_old()
        row = Counter.objects.filter(pk=LIMIT.key("somebody"), ends_at__gt=Now()).first()
        assert (row.count if row else 0) == len(counted)
        transaction.set_rollback(True)


def test_as_many_pass_as_may_when_many_count_at_once(woodside):
    work = [beside(lambda: passes("at once") is not None) for _ in range(14)]
    assert sorted(end_of(each) for each in work) == [False] * 9 + [True] * 5
    forget(LIMIT, "at once")


def test_one_alone_wins_where_one_may(woodside):
    """As a code that is accepted once has to be."""
    once = Limit("once", 1, timedelta(minutes=1))
    work = [beside(lambda: passes("a code", once) is not None) for _ in range(8)]
    assert sorted(end_of(each) for each in work) == [False] * 7 + [True]
    forget(once, "a code")


def test_given_back_late_takes_nothing_from_the_next_window(riverside):
    early = passes()
    over()
    assert passes() is not None
    Counter.objects.filter(pk=LIMIT.key("somebody")).update(ends_at=Now() + timedelta(minutes=4))
    give_back(early)
    assert Counter.objects.get(pk=LIMIT.key("somebody")).count == 1


def test_subjects_and_limits_are_counted_apart(riverside):
    assert [passes() is not None for _ in range(6)] == [True] * 5 + [False]
    assert (passes("another") is not None, passes(limit=OTHER) is not None) == (True, True)


def test_window_is_as_long_as_is_said(riverside):
    assert [passes() is not None for _ in range(5)] == [True] * 5
    assert 0 < seconds_left(LIMIT, "somebody") <= 300
    with pytest.raises(TooMany) as refused:
        count(LIMIT, "somebody")
    assert 0 < refused.value.seconds <= 300
    over()
    assert (passes() is not None, seconds_left(LIMIT, "nobody")) == (True, 1)


def test_only_what_is_over_is_removed(riverside):
    for subject in ("over", "going on"):
        passes(subject)
    over("over")
    forget_old()
    assert list(Counter.objects.values_list("pk", flat=True)) == [LIMIT.key("going on")]


def test_nothing_is_counted_where_it_would_be_rolled_back_with_a_clinics_work(riverside):
    with pytest.raises(ProgrammingError, match="accounts_counter"), clinic_scope(riverside.clinic):
        count(LIMIT, "somebody")


def test_no_subject_can_be_read(riverside):
    passes("owner@riverside.test")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM public.accounts_counter t")
        assert ["riverside" in row for (row,) in cursor.fetchall()] == [False]


def test_counting_waits_for_no_disk(riverside):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE oid = 'public.accounts_counter'::regclass")
        assert cursor.fetchall() == [("u",)]
