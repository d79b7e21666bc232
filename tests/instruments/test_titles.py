"""A title that somebody would see twice is asked about: of a shipped instrument, of another one, of a version."""

import pytest

from clinic.instruments import catalogue
from clinic.instruments.actions import Undecided, title_key
from clinic.instruments.files.toml import shipped
from clinic.instruments.models import ANOTHER
from clinic.tenancy.scope import clinic_scope
from tests.instruments.questionnaires import asked
from tests.instruments.test_identity import URL, add
from tests.instruments.test_instrument_pages import TYPED

NAMES = sorted({name for each in shipped().values() for name in (each.title, each.name)})
COMES = "An instrument “{}” comes with this program. Give yours another title, or say that it is another instrument."
PHQ9 = COMES.format("PHQ-9")


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


@pytest.fixture
def owner(riverside, sign_in):
    return sign_in(riverside.owner)


@pytest.mark.usefixtures("scope")
def test_title_and_name_of_every_shipped_instrument_are_asked_about():
    found = {}
    for name in NAMES:
        with pytest.raises(Undecided) as error:
            add(title=name)
        found[name] = str(error.value)
    assert found == {name: COMES.format(name) for name in NAMES}
    assert len(NAMES) > 30


@pytest.mark.parametrize("title", ["phq-9", "PHQ 9", " PHQ-9 ", "PHQ\N{NON-BREAKING HYPHEN}9", "ＰＨＱ－９"])
@pytest.mark.usefixtures("scope")
def test_title_that_looks_like_a_shipped_one_is_asked_about(title):
    with pytest.raises(Undecided, match="comes with this program"):
        add(title=title)


@pytest.mark.usefixtures("scope")
def test_title_of_an_earlier_version_of_another_is_asked_about():
    add(title="Mood")
    add(title="Mood, revised", becomes="own-mood")
    with pytest.raises(Undecided, match="There is an instrument “Mood” already"):
        add(asked("1"), asked("2"), title="Mood")


@pytest.mark.usefixtures("scope")
def test_owner_may_say_that_it_is_another():
    assert add(title="PHQ-9", becomes=ANOTHER) == ("own-phq-9", 1)


@pytest.mark.parametrize("becomes", ["own-mood", ""])
@pytest.mark.usefixtures("scope")
def test_new_version_never_takes_the_title_of_another(becomes):
    """By its address, or because the owner says so."""
    add(title="Mood", url=URL)
    add(title="Rest")
    for title, said in (("Rest", "There is another instrument “Rest”."), ("PHQ-9", PHQ9.partition(" Give")[0])):
        with pytest.raises(Undecided) as error:
            add(title=title, url=URL, becomes=becomes)
        assert str(error.value) == f"{said} Give this one another title."


@pytest.mark.usefixtures("scope")
def test_instrument_that_has_the_title_of_another_already_may_be_changed():
    add(title="PHQ-9", becomes=ANOTHER)
    assert add(asked("1"), asked("2"), title="PHQ-9", becomes="own-phq-9") == ("own-phq-9", 2)


@pytest.mark.parametrize("do", ["preview", "save"])
def test_form_asks_about_a_shipped_title_and_keeps_what_was_typed(owner, riverside, do):
    page = owner.post("/instruments/new/", {**TYPED, "title": "PHQ-9", "do": do})
    form = page.context["form"]
    assert (page.status_code, dict(form.errors), form["title"].value()) == (422, {"becomes": [PHQ9]}, "PHQ-9")
    done = owner.post("/instruments/new/", {**TYPED, "title": "PHQ-9", "becomes": ANOTHER, "do": "save"})
    with clinic_scope(riverside.clinic):
        assert (done.status_code, catalogue.title_of("own-phq-9")) == (302, "PHQ-9")


def test_changing_a_title_to_a_shipped_one_is_refused(owner):
    owner.post("/instruments/new/", {**TYPED, "do": "save"})
    page = owner.post("/instruments/own-sleep-short/edit/", {**TYPED, "after": "1", "title": "GAD-7", "do": "save"})
    said = "An instrument “GAD-7” comes with this program. Give this one another title."
    assert (page.status_code, page.context["form"].non_field_errors()) == (422, [said])


def test_titles_differ_by_their_letters_and_digits():
    assert [title_key(title) for title in ("PHQ-9", "Ångst 1", "مقياس", "!?")] == ["phq9", "ångst1", "مقياس", "!?"]
