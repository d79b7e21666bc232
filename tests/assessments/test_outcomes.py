"""Outcomes against an oracle that reads raw answers in plain Python, and by hand."""

import json
import random
import re
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from uuid import uuid4

import pytest
from django.utils import timezone

from clinic.assessments.models import Assessment, Episode
from clinic.assessments.outcomes.shares import bounds, per_cent, wilson
from clinic.assessments.record.courses import keep_courses
from clinic.staff.models import Tag
from clinic.tenancy.scope import clinic_scope
from tests.sizes import times
from tests.world import make_patient

ADDRESS = "/outcomes/?instrument=phq-9&from=2026-01-01&to=2026-06-30"
SINCE, UPTO = date(2026, 1, 1), date(2026, 6, 30)
SEEN = ("cases", "followed_up", "response", "remission", "reliably_better", "reliably_worse")


def answered(total):
    """Nine answers that add up to the total."""
    return {f"q{at + 1}": 3 if total >= 3 * at + 3 else max(0, total - 3 * at) for at in range(9)}


def give(patient, day, total, *, instrument="phq-9", **fields):
    """A completed questionnaire as the product keeps it; without a total it is incomplete."""
    answers = answered(total) if total is not None else {"q1": 3}
    given = {
        "name": f"{instrument} {uuid4()}", "type": "mental_health", "user_id": patient.user_id, "date": day,
        "instrument": instrument, "instrument_version": "2", "answers": answers, "score": total, "age": 40,
        "sex": "female", "completed_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC), **fields,
    }  # fmt: skip
    row = Assessment.objects.create(patient=patient, **given)
    keep_courses([patient.pk])
    return row


def treat(patient, start, end=None):
    closed = {"end_reason": "completed", "ended_by_id": "test", "ended_by_name": "Test"} if end else {}
    row = Episode.objects.create(
        patient=patient, started_on=start, ended_on=end, created_by_id="test", created_by_name="Test", **closed
    )
    keep_courses([patient.pk])
    return row


@pytest.fixture
def clinician(riverside, sign_in):
    return sign_in(riverside.clinician)


def figures(client, more=""):
    return json.loads(client.get(f"{ADDRESS}&format=json{more}").content)


def six(found):
    return tuple(found[name] for name in SEEN)


def by_hand(*totals, start=date(2026, 2, 1), apart=28, **fields):
    patient = make_patient(**fields)
    for index, total in enumerate(totals):
        give(patient, start + timedelta(days=apart * index), total)
    return patient


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ((2, 1), (0, 0, 0, 0, 0, 0)),
        ((20,), (1, 0, 0, 0, 0, 0)),
        ((20, None), (1, 0, 0, 0, 0, 0)),
        ((None, 20, 10), (1, 1, 1, 0, 1, 0)),
        ((20, 11), (1, 1, 0, 0, 1, 0)),
        ((20, 4), (1, 1, 1, 1, 1, 0)),
        ((20, 4, 18), (1, 1, 0, 0, 0, 0)),
        ((10, 4), (1, 1, 1, 1, 1, 0)),
        ((10, 5), (1, 1, 1, 0, 0, 0)),
        ((15, 21), (1, 1, 0, 0, 0, 1)),
        ((15, 20), (1, 1, 0, 0, 0, 0)),
    ],
)
def test_course_counts_by_its_first_and_last_total(riverside, clinician, totals, expected):
    with clinic_scope(riverside.clinic):
        by_hand(*totals)
    assert six(figures(clinician)) == expected


def test_each_episode_has_a_baseline_of_its_own(riverside, clinician):
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        treat(patient, date(2026, 1, 10), date(2026, 2, 28))
        treat(patient, date(2026, 4, 1))
        for day, total in (((2026, 1, 10), 20), ((2026, 2, 28), 4), ((2026, 3, 15), 27), ((2026, 4, 1), 12)):
            give(patient, date(*day), total)
    found = figures(clinician)
    assert (six(found), found["excluded"]["outside_episodes"]) == ((2, 1, 1, 1, 1, 0), 1)


def test_first_and_last_day_of_the_period_are_in_it(riverside, clinician):
    with clinic_scope(riverside.clinic):
        for day in (SINCE, UPTO, SINCE - timedelta(days=1), UPTO + timedelta(days=1)):
            by_hand(20, start=day)
        by_hand(20, 4, start=UPTO - timedelta(days=28))
        by_hand(20, 4, start=UPTO - timedelta(days=27))
    assert six(figures(clinician))[:2] == (4, 1)


def test_other_instruments_cancelled_and_archived_ones_do_not_count(riverside, clinician):
    with clinic_scope(riverside.clinic):
        patient = by_hand(20)
        give(patient, date(2026, 3, 1), 4, instrument="gad-7")
        give(patient, date(2026, 3, 2), 4, status="cancelled")
        give(patient, date(2026, 3, 3), 4, archived_at=timezone.now())
        give(patient, date(2026, 3, 4), 4, status="in_progress")
    assert six(figures(clinician)) == (1, 0, 0, 0, 0, 0)


def test_amended_baseline_counts_as_amended(riverside, clinician):
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        give(patient, date(2026, 2, 1), 8, status="amended")
        give(patient, date(2026, 3, 1), 4)
    found = figures(clinician)
    assert (found["cases"], found["excluded"]["below_threshold"]) == (0, 1)


def test_archived_patient_is_left_out_and_said(riverside, clinician):
    with clinic_scope(riverside.clinic):
        by_hand(20, 4, archived_at=timezone.now())
    found = figures(clinician)
    assert (found["cases"], found["excluded"]["archived"]) == (0, 1)


@pytest.mark.parametrize(
    ("window", "days", "expected"),
    [("4-8-months", 119, 0), ("4-8-months", 120, 1), ("4-8-months", 243, 1), ("4-8-months", 244, 0),
     ("year", 304, 0), ("year", 305, 1), ("year", 425, 1), ("year", 426, 0)],
)  # fmt: skip
def test_window_says_which_days_count_as_measured_again(riverside, clinician, window, days, expected):
    with clinic_scope(riverside.clinic):
        by_hand(20, 4, apart=days, start=SINCE)
    assert figures(clinician, f"&window={window}")["followed_up"] == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("&gender=male", 0),
        ("&gender=female", 1),
        ("&age_min=41", 0),
        ("&age_min=40&age_max=40", 1),
        ("&language=de", 0),
    ],
)
def test_filters_narrow_what_is_counted(riverside, clinician, more, expected):
    with clinic_scope(riverside.clinic):
        by_hand(20, gender="female")
    assert figures(clinician, more)["cases"] == expected


def test_tag_narrows_what_is_counted(riverside, clinician):
    with clinic_scope(riverside.clinic):
        tag, other = Tag.objects.create(word="Trial"), Tag.objects.create(word="Other")
        by_hand(20, tags=[tag.pk])
        by_hand(20)
    assert [figures(clinician, f"&tag={each}")["cases"] for each in (tag.pk, other.pk, "")] == [1, 0, 2]


def oracle(records):
    """The figures over `(patient's episodes, its answers by day)`, without a line of the product."""
    found = dict.fromkeys(SEEN, 0)
    for episodes, given in records:
        placed = [(_place(day, episodes), day, sum(a.values())) for day, a in sorted(given.items()) if len(a) == 9]
        known = sorted((each for each in placed if each[0] is not None), key=lambda each: each[:2])
        for _, course in groupby(known, key=lambda each: each[0]):
            (_, begun, first), *later = list(course)
            if SINCE <= begun <= UPTO and first >= 10:
                _add(found, first, [total for _, day, total in later if day <= UPTO])
    return tuple(found[name] for name in SEEN)


def _place(day, episodes):
    if not episodes:
        return 0
    return next((at for at, (start, end) in enumerate(episodes) if start <= day and (end is None or day <= end)), None)


def _add(found, first, later):
    found["cases"] += 1
    if later:
        last = later[-1]
        found["followed_up"] += 1
        found["response"] += last <= first / 2
        found["remission"] += last < 5
        found["reliably_better"] += first - last >= 6
        found["reliably_worse"] += last - first >= 6


def generated(seed):
    """Patients with up to two episodes and up to six questionnaires over two years."""
    chance = random.Random(seed)  # noqa: S311
    for _ in range(chance.randrange(1, 25)):
        patient, begin = make_patient(), date(2025, 7, 1)
        edges = sorted(chance.sample(range(400), 4))
        days = [begin + timedelta(days=edge) for edge in edges]
        episodes = [(days[0], days[1]), (days[2], None)][: chance.randrange(3)]
        for start, end in episodes:
            treat(patient, start, end)
        given = {}
        for day in chance.sample(range(450), chance.randrange(7)):
            total = chance.choice([None, *range(28)])
            row = give(patient, begin + timedelta(days=day), total)
            given[row.date] = row.answers
        yield episodes, given


@pytest.mark.parametrize("seed", range(times(12)))
def test_figures_are_the_oracles_over_generated_clinics(riverside, clinician, seed):
    with clinic_scope(riverside.clinic):
        records = list(generated(seed))
    assert six(figures(clinician)) == oracle(records)


def test_each_figure_links_to_as_many_rows_as_it_counts(riverside, clinician):
    with clinic_scope(riverside.clinic):
        for totals in ((20, 4), (20, 11), (15, 21), (12,), (3, 1)):
            by_hand(*totals)
    page = clinician.get(ADDRESS).content.decode()
    linked = re.findall(r'<a href="\?([^"#]+)#rows">\s*(\d+)<', page)
    rows = [clinician.get(f"/outcomes/?{query.replace('&amp;', '&')}").context["rows"].rows for query, _ in linked]
    assert (len(linked) > 8, [len(each) for each in rows]) == (True, [int(count) for _, count in linked])


@pytest.mark.parametrize("more", ["&instrument=none", "&from=soon", "&to=2025-01-01", "&window=ever", "&age_min=-1",
                                  "&gender=x", "&tag=x", "&other=1", "&page=0", "&show=nothing",
                                  "&practitioner=me"])  # fmt: skip
def test_filter_that_cannot_be_read_is_refused(clinician, more):
    answers = [clinician.get(f"{ADDRESS}{more}"), clinician.get(f"{ADDRESS}{more}&format=json")]
    assert [(each.status_code, each["Content-Type"].partition(";")[0]) for each in answers] == [
        (400, "text/html"),
        (400, "application/json"),
    ]


def test_no_share_is_said_of_fewer_than_five():
    assert (per_cent(1, 4), wilson(1, 4), bounds(1, measured=1, cases=4), per_cent(1, 5)) == (None, None, None, 20)


def test_interval_is_wilsons_and_bounds_count_everybody():
    assert (wilson(0, 10), wilson(58, 141), bounds(58, measured=141, cases=212)) == ((0, 28), (33, 49), (27, 61))


@pytest.mark.clock("clinic/assessments/outcomes/forms.py:OutcomesForm._defaults")
def test_page_opens_on_the_last_year_of_the_clinic(clock, riverside, sign_in):
    page = sign_in(riverside.clinician).get("/outcomes/").content.decode()
    days = [str(clock.day(-365)), str(clock.today)]
    assert [day in page for day in days] == [True, True]
