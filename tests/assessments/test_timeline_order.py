"""The pages of a timeline follow each other: nothing is left out, and nothing is there twice."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.models import ContactNote, Episode, Schedule
from clinic.assessments.timeline.forms import read_place, written_place
from clinic.assessments.timeline.places import Asked, Place, places
from clinic.assessments.timeline.sources import SOURCES
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.assessments.dated import make_link
from tests.sizes import times
from tests.world import make_patient

NAMES = [source.name for source in SOURCES]
DAY = date(2026, 3, 10)
# Of three days, their first and last moments and one between: where days touch, and where entries are of one moment.
MOMENTS = [
    datetime.combine(DAY + timedelta(days=day), at, UTC)
    for day in range(3)
    for at in (time(0), time(0, 0, 0, 1), time(12), time.max)
]
ROWS = st.lists(
    st.tuples(st.sampled_from(("note", "link", "changed", "schedule_ended", "episode_started")), st.integers(0, 2),
              st.sampled_from(MOMENTS)),
    max_size=10,
)  # fmt: skip


def make(patient, name, day, moment):
    """One row of a source on a day and at a moment."""
    on, at = DAY + timedelta(days=day), {"at": moment}
    if name == "note":
        row = ContactNote.objects.create(patient=patient, date=on, kind="other", text="x", written_by_id="x")
        ContactNote.objects.filter(pk=row.pk).update(created_at=moment)
        return Place(on, moment, NAMES.index(name), str(row.pk))
    if name == "link":
        row = make_link(patient, moment)
        return Place(moment.date(), moment, NAMES.index(name), str(row.pk))
    if name == "changed":
        row = AuditEvent.objects.create(
            actor_id="x", actor_name="x", action="patient.changed", record_type="patient", record_id=patient.pk, **at
        )
        return Place(moment.date(), moment, NAMES.index(name), str(row.pk))
    midnight = datetime.combine(on, time(0), UTC)
    if name == "schedule_ended":
        row = Schedule.objects.create(
            patient=patient, instrument="phq-9", every_days=1, starts_on=on, next_due_on=on, ended_on=on
        )
        return Place(on, midnight, NAMES.index(name), str(row.pk))
    row, _ = Episode.objects.get_or_create(
        patient=patient, started_on=on, defaults={"ended_on": on, "end_reason": "completed", "ended_by_id": "x"}
    )
    return Place(on, midnight, NAMES.index(name), str(row.pk))


def order(place):
    return place.day, place.at, place.source, int(place.key) if place.key.isdecimal() else UUID(place.key).int


@pytest.fixture
def somebody(riverside):
    with clinic_scope(riverside.clinic):
        assert timezone.localtime().utcoffset() == timedelta(0)
        yield make_patient()


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, count=st.integers(1, 4))
def test_pages_follow_each_other_and_leave_nothing_out(somebody, rows, count):
    shown = [NAMES.index(name) for name in ("note", "link", "changed", "schedule_ended", "episode_started")]
    with transaction.atomic():
        expected = sorted({make(somebody, *row) for row in rows}, key=order, reverse=True)
        found, behind = [], None
        while page := places(somebody.pk, Asked(shown, behind=behind), count):
            found += page
            behind = read_place(written_place(page[-1]))
            assert len(found) <= len(expected)
        assert found == expected
        transaction.set_rollback(True)
