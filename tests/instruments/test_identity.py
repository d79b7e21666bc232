"""Which instrument an imported file is a version of: its address says so, or the owner; never a shortened title."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.assessments.models import CustomInstrument
from clinic.assessments.models.schedules import Schedule
from clinic.assessments.schedules import actions as schedule_actions
from clinic.instruments import actions as instrument_actions
from clinic.instruments import catalogue
from clinic.instruments.actions import Undecided, custom_id
from clinic.instruments.models import ANOTHER
from clinic.tenancy.scope import clinic_scope
from tests.instruments.questionnaires import ABOUT, asked, imported, resource
from tests.sizes import times
from tests.world import Writer, make_patient

LONG = "Quality of Life in Neurological Disorders Item Bank v1.1: "
ONE = (asked("1"),)
URL = "http://example.org/Questionnaire/mood"
ASK = "There is an instrument “{}” already. Say whether this is its next version."


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield riverside


@pytest.fixture
def owner(riverside, sign_in):
    return sign_in(riverside.owner)


def add(*items, becomes="", **more):
    data = imported(*(items or (asked("1"),)), **more)
    row, _ = instrument_actions.add_custom_instrument(by=Writer(), data=data, origin="fhir", becomes=becomes)
    return row.instrument, row.version


def upload(client, becomes="", title="", items=ONE, **more):
    file = SimpleUploadedFile("a.json", json.dumps(resource(*items, **more)).encode())
    return client.post(
        "/instruments/import/", {**ABOUT, "do": "save", "file": file, "becomes": becomes, "title": title}
    )


@pytest.mark.usefixtures("scope")
def test_long_titles_that_begin_alike_are_two_instruments():
    added = [add(title=f"{LONG}{part}") for part in ("Anxiety", "Fatigue")]
    assert added == [
        *(("own-quality-of-life-in-neurological-disorders-item-ban", 1),),
        ("own-quality-of-life-in-neurological-disorders-item-ban-2", 1),
    ]
    assert [catalogue.newest_of(id).title for id, _ in added] == [f"{LONG}Anxiety", f"{LONG}Fatigue"]


@settings(max_examples=times(200), deadline=None)
@given(st.lists(st.text(max_size=80), max_size=8, unique=True), st.sampled_from(["", "x" * 60, LONG]))
def test_every_title_gets_an_id_of_its_own(titles, start):
    taken = []
    for title in titles:
        taken.append(custom_id(start + title, taken))
    assert len(set(taken)) == len(titles)
    assert [id for id in taken if len(id) > 60 or not id.startswith("own-")] == []


@pytest.mark.usefixtures("scope")
def test_address_says_which_instrument_whatever_the_title():
    first = add(url=URL, title="Mood")
    second = add(url=URL, title="Mood, revised")
    other = add(url=f"{URL}-2", title="Moods")
    assert (first, second, other) == (("own-mood", 1), ("own-mood", 2), ("own-moods", 1))


@pytest.mark.parametrize("url", [{}, {"url": f"{URL}-2"}])
@pytest.mark.usefixtures("scope")
def test_same_title_without_the_same_address_is_asked_about(url):
    add(url=URL)
    with pytest.raises(Undecided, match="Say whether this is its next version") as asked_owner:
        add(asked("1"), asked("2"), **url)
    assert (str(asked_owner.value), CustomInstrument.objects.count()) == (ASK.format("Mood"), 1)


@pytest.mark.usefixtures("scope")
def test_owner_decides():
    add()
    assert [add(asked("1"), asked("2"), becomes=ANOTHER), add(asked("1"), asked("2"), becomes="own-mood")] == [
        *(("own-mood-2", 1), ("own-mood", 2)),
    ]
    with pytest.raises(Undecided):
        add(becomes="own-nothing")


@pytest.mark.usefixtures("scope")
def test_address_of_two_instruments_is_asked_about():
    add(url=URL)
    add(url=URL, becomes=ANOTHER)
    with pytest.raises(Undecided):
        add(asked("1"), asked("2"), url=URL)


@pytest.mark.usefixtures("scope")
def test_instrument_of_an_earlier_release_is_known_by_the_address_it_noted_as_its_source():
    data = imported(asked("1"), url=URL)
    definition = {**data, "id": "own-mood", "version": "1", "exchange": {}}
    CustomInstrument.objects.create(instrument="own-mood", version=1, definition=definition, origin="fhir")
    assert add(asked("1"), asked("2"), url=URL, title="Mood, revised") == ("own-mood", 2)


@pytest.mark.usefixtures("scope")
def test_same_file_again_adds_nothing():
    assert [add(), add(), add(url=URL, title="B"), add(url=URL, title="B")] == [
        *(("own-mood", 1), ("own-mood", 1), ("own-b", 1), ("own-b", 1)),
    ]
    assert CustomInstrument.objects.count() == 2


def test_schedule_is_named_by_the_title(scope):
    patient = make_patient()
    for title in ("مقياس القلق", f"{LONG}Anxiety"):
        id, _ = add(title=title)
        schedule_actions.set_schedule(
            by=Writer(),
            patient=patient,
            definition=catalogue.newest_of(id),
            every_days=14,
            starts_on=patient.created_at.date(),
        )
    rows = Schedule.objects.order_by("pk")
    assert sorted(row.title for row in rows) == sorted(row.title for row in rows.titled())
    assert {row.title for row in rows} == {"مقياس القلق", f"{LONG}Anxiety"}


def test_owner_is_asked_on_the_page_and_answers(owner):
    upload(owner)
    asks = upload(owner, description="Other")
    assert (asks.status_code, asks.context["form"].errors) == (422, {"becomes": [ASK.format("Mood")]})
    assert "It is a new version of Mood" in asks.content.decode()
    assert [upload(owner, description="Other", becomes=becomes)["Location"] for becomes in ("own-mood", ANOTHER)] == [
        *("/instruments/own-mood/", "/instruments/own-mood-2/"),
    ]


def test_title_that_the_owner_gives_replaces_the_one_in_the_file(owner):
    assert upload(owner, title="NeuroQoL Fatigue", name="x" * 180)["Location"] == "/instruments/own-neuroqol-fatigue/"
