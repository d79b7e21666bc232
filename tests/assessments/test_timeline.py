"""The timeline of a patient: every kind of entry in one order, page by page, each for who may see it."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from clinic.assessments.alerts.actions import acknowledge_alert
from clinic.assessments.episodes.actions import end_episode, start_episode
from clinic.assessments.models import Alert, ContactNote, Review
from clinic.assessments.notes.actions import write_note
from clinic.assessments.reviews.actions import mark_reviewed
from clinic.assessments.schedules.actions import end_schedule, set_schedule
from clinic.assessments.selfreport.actions import answer_request, create_request
from clinic.assessments.timeline.forms import TimelineForm
from clinic.assessments.timeline.page import ENTRIES, WHOLE
from clinic.assessments.timeline.places import places
from clinic.assessments.timeline.sources import SOURCES
from clinic.instruments.files.toml import shipped
from clinic.patients.actions import archive_patient, create_patient, update_patient
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.assessments.dated import make_link
from tests.merging.records import merge
from tests.world import Writer, ahead, make_assessment, make_patient

BY = Writer()
PHQ9 = shipped()["phq-9", "1"]
KEY = "7a0b6f0e-2f0e-4f2e-9a43-2b8f6a1c5d10"


def entries(page):
    """What each entry of a page says: its label and its link's text."""
    found = re.findall(r'timeline-label">([^<]*)<.*?<bdi>([^<]*)</bdi>', page, re.S)
    return [(label, title.strip()) for label, title in found]


def timeline(client, patient, query=""):
    return client.get(f"/patients/{patient.pk}/timeline/{query}")


@pytest.fixture
def patient(riverside):
    """Somebody to whom everything happened once."""
    with clinic_scope(riverside.clinic):
        about = {"by": BY, "record_number": "L-1", "gender": "female", "date_of_birth": date(1980, 1, 1)}
        person = create_patient(full_name="Tilda Time", user_id=riverside.clinician.pk, **about)
        update_patient(by=BY, id=person.pk, version=1, address="Elsewhere")
        person = Patient.objects.select_related("user").get(pk=person.pk)
        episode = start_episode(by=BY, patient=person, started_on=ahead(-30))
        schedule = set_schedule(by=BY, patient=person, definition=PHQ9, every_days=14)
        asked = create_request(
            by=BY, clinic=riverside.clinic, id=uuid4(), patient=person, user=person.user, definition=PHQ9,
            language="en", days=7,
        ).request  # fmt: skip
        given = {str(code): 1 for code in range(1, 10)}
        found = answer_request(id=asked.pk, answers=given, version=None, page=None, complete=True).assessment
        write_note(by=BY, patient=person, date=ahead(0), kind="telephone", text="Rang back.")
        acknowledge_alert(by=BY, id=Alert.objects.get().pk, note="Spoke with her.")
        mark_reviewed(by=BY, id=found.pk, version=found.version, note="Looked at.")
        end_schedule(by=BY, id=schedule.pk)
        end_episode(by=BY, id=episode.pk, version=1, ended_on=ahead(0), end_reason="completed")
    return person


EVERY_LABEL = {
    "Assessment", "Note", "Link made", "Alert", "Alert acknowledged", "Result reviewed", "Schedule set",
    "Schedule ended", "Treatment", "Details",
}  # fmt: skip


def test_timeline_has_everything_that_happened(riverside, sign_in, patient):
    page = timeline(sign_in(riverside.clinician), patient).content.decode()
    found = entries(page)
    assert {label for label, _ in found} == EVERY_LABEL
    assert len(found) == 12
    words = ("Rang back.", "Spoke with her.", "Looked at.", "Treatment completed", "address")
    assert [said for said in words if said in page] == list(words)
    assert (found[0][0], found[-1]) == ("Result reviewed", ("Treatment", "Started"))


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("assessments", {"Assessment"}),
        ("notes", {"Note"}),
        ("alerts", {"Alert", "Alert acknowledged"}),
        ("reviews", {"Result reviewed"}),
        ("links", {"Link made"}),
        ("schedules", {"Schedule set", "Schedule ended"}),
        ("episodes", {"Treatment"}),
        ("record", {"Details"}),
    ],
)
def test_kinds_are_chosen_in_the_address(riverside, sign_in, patient, kind, labels):
    client = sign_in(riverside.clinician)
    found = {label for label, _ in entries(timeline(client, patient, f"?kind={kind}").content.decode())}
    assert found == labels
    both = {label for label, _ in entries(timeline(client, patient, f"?kind={kind}&kind=notes").content.decode())}
    assert both == labels | {"Note"}


def test_every_link_leads_to_a_page_that_its_reader_may_open(riverside, sign_in, patient):
    clients = [sign_in(riverside.clinician), sign_in(riverside.auditor)]
    pages = [timeline(client, patient).content.decode() for client in clients]
    urls = [set(re.findall(r'timeline-title" href="([^"]+)"', page)) for page in pages]
    found = [client.get(url).status_code for client, each in zip(clients, urls, strict=True) for url in sorted(each)]
    assert (urls[0] == urls[1], found) == (True, [200] * 10)


@pytest.fixture
def dated(clock, riverside):
    """Somebody with an assessment and a link of each of the last three days."""
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        for number in range(3):
            make_assessment(patient, date=clock.day(-number))
            make_link(patient, clock.moment - timedelta(days=number))
    return patient


def days_of(page):
    return re.findall(r'<h3>\s*<time datetime="([^"]+)"', page)


@pytest.mark.clock("clinic/assessments/timeline/places.py:_place")
def test_entry_of_a_moment_stands_on_the_clinics_day(clock, riverside, sign_in, dated):
    page = timeline(sign_in(riverside.clinician), dated).content.decode()
    labels = [label for label, _ in entries(page) if label != "Details"]
    assert days_of(page)[:3] == [str(clock.day(-number)) for number in range(3)]
    assert sorted(labels) == ["Assessment"] * 3 + ["Link made"] * 3


@pytest.mark.clock("clinic/assessments/timeline/places.py:begin_of")
@pytest.mark.parametrize(("query", "days"), [("?from={1}", [0, -1]), ("?to={1}", [-1, -2]), ("?from={1}&to={1}", [-1])])
def test_period_begins_and_ends_with_the_clinics_days(clock, riverside, sign_in, dated, query, days):
    page = timeline(sign_in(riverside.clinician), dated, query.format(clock.day(0), clock.day(-1))).content.decode()
    assert (days_of(page), len(entries(page))) == ([str(clock.day(day)) for day in days], 2 * len(days))


@pytest.mark.parametrize(
    "query",
    [
        *("?kind=gossip", "?from=never", "?from=2026-03-02&to=2026-03-01", "?after=x", "?strange=1", "?to=%00"),
        *(f"?after=2026-03-01_1_99_{KEY}", f"?after=9999-12-31_1_4_{KEY}"),
        *("?after=2026-03-01_1_4_x", "?after=2026-03-01_1_4_12", "?all=no"),
    ],
)  # fmt: skip
def test_filter_that_cannot_be_read_is_refused_in_the_page(riverside, sign_in, patient, query):
    answer = timeline(sign_in(riverside.clinician), patient, query)
    assert (answer.status_code, entries(answer.content.decode())) == (400, [])
    assert "There is a problem" in answer.content.decode()


@pytest.mark.parametrize("query", ["?from=1900-01-01", "?to=31 December 9999", "?from=", "?kind=", "?after="])
def test_widest_filter_is_answered(riverside, sign_in, patient, query):
    assert timeline(sign_in(riverside.clinician), patient, query).status_code in (200, 400)


@pytest.mark.parametrize("needs", sorted({source.needs for source in SOURCES}))
def test_who_lacks_a_permission_has_the_timeline_without_what_it_is_for(riverside, patient, needs):
    form = TimelineForm(QueryDict(), permissions={source.needs for source in SOURCES} - {needs})
    assert form.is_valid()
    with clinic_scope(riverside.clinic):
        found = {SOURCES[place.source].needs for place in places(patient.pk, form.asked(), 100)}
    assert found == {source.needs for source in SOURCES} - {needs}


def test_front_desk_has_no_timeline(riverside, sign_in, patient):
    assert timeline(sign_in(riverside.front_desk), patient).status_code == 403


def test_merged_record_comes_with_what_happened_to_it(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        one, gone = make_patient(), make_patient()
        archive_patient(by=BY, id=gone.pk)
        write_note(by=BY, patient=gone, date=ahead(-2), kind="letter", text="Of the other record.")
        merge(one, gone)
    page = timeline(sign_in(riverside.clinician), one).content.decode()
    assert ("Of the other record." in page, ("Details", "Archived") in entries(page)) == (True, True)


def with_more_than_a_page(world):
    with clinic_scope(world.clinic):
        patient = make_patient()
        for number in range(ENTRIES + 3):
            make_assessment(patient, date=ahead(-number))
    return patient


def test_older_entries_are_a_link_away_and_the_newest_too(riverside, sign_in):
    client, patient = sign_in(riverside.clinician), with_more_than_a_page(riverside)
    first = timeline(client, patient, "?kind=assessments").content.decode()
    older = re.search(r'href="(\?[^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = timeline(client, patient, older).content.decode()
    assert (len(entries(first)), len(entries(second)), 'rel="next"' in second) == (ENTRIES, 3, False)
    assert 'href="?kind=assessments">Newest' in second


def test_whole_timeline_is_on_one_page_for_paper(riverside, sign_in):
    client, patient = sign_in(riverside.clinician), with_more_than_a_page(riverside)
    few = timeline(client, patient, "?kind=assessments&from=2020-01-01").content.decode()
    link = re.search(r'href="(\?[^"]+)">All on one page', few)[1].replace("&amp;", "&")
    whole = timeline(client, patient, link).content.decode()
    assert (len(entries(whole)), "All on one page" in whole, 'rel="next"' in whole) == (ENTRIES + 3, False, False)
    assert "kind=assessments&from=2020-01-01" in link


def statements(client, patient, query=""):
    with CaptureQueriesContext(connection) as queries:
        assert timeline(client, patient, query).status_code == 200
    return len(queries)


def test_statements_are_as_many_for_two_thousand_entries(riverside, sign_in, patient):
    client = sign_in(riverside.clinician)
    timeline(client, patient)
    few = statements(client, patient)
    with clinic_scope(riverside.clinic):
        note = {"patient": patient, "kind": "other", "text": "x", "written_by_id": "x", "written_by_name": "x"}
        ContactNote.objects.bulk_create(ContactNote(date=ahead(-number % 900), **note) for number in range(2000))
    assert statements(client, patient) <= few
    whole = timeline(client, patient, "?all=yes").content.decode()
    assert (len(entries(whole)), 'rel="next"' in whole) == (WHOLE, True)
    assert statements(client, patient, "?all=yes") <= few


def test_kinds_of_reviews_are_those_of_assessments_that_are_there(riverside, sign_in, patient):
    with clinic_scope(riverside.clinic):
        key = Review.objects.get().pk
    client = sign_in(riverside.clinician)
    client.post(f"/assessments/{key}/archive/")
    labels = {label for label, _ in entries(timeline(client, patient).content.decode())}
    assert labels & {"Assessment", "Result reviewed"} == set()
