"""A clinic's own instruments: seen before they are saved, changed, withdrawn and offered again."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.audit.models import AuditEvent
from clinic.instruments import catalogue
from clinic.instruments.files.importing import example_rows
from clinic.instruments.pages import lines
from clinic.instruments.pages.custom_forms import InstrumentForm, typed_of
from clinic.instruments.reading import as_plain
from clinic.tenancy.scope import clinic_scope
from tests.instruments.test_importing import as_csv
from tests.instruments.test_instrument_pages import TYPED, own

TYPED = {name: value for name, value in TYPED.items() if name != "do"}
RULES = {
    "positive_from": "2",
    "alerts": "1 from 2 high: Ask about sleep.",
    "youngest": "18",
    "oldest": "64",
    "bands": "0-1 Good (none)\n2-4 Poor (moderate)",
}
HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)"(?: value="([^"]*)")?')


@pytest.fixture
def owner(riverside, sign_in):
    return sign_in(riverside.owner)


def sent_along(page):
    """What the preview's form would send."""
    form = page.content.decode().rpartition("<form")[2]
    return {name: html.unescape(value) for name, value in HIDDEN.findall(form) if name != "csrfmiddlewaretoken"}


def uploaded(client, **fields):
    file = SimpleUploadedFile("sleep.csv", as_csv(example_rows()).encode())
    about = {"type": "mental_health", "answered_by": "patient", "licence_class": "free"}
    return client.post("/instruments/import/", {**about, "file": file, **fields})


def table_rows(page):
    """The cells of the preview's table, row by row, in words."""
    body = page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]
    return [[" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_nothing_is_saved_before_a_preview_of_range_and_three_answers(owner, riverside):
    page = owner.post("/instruments/new/", {**TYPED, **RULES})
    assert (page.status_code, own(riverside)) == (200, [])
    # The second question is reversed, so that the same answer to both is 2 points whichever it is.
    assert table_rows(page) == [
        ["The first answer to every question", "2", "Poor", "None"],
        ["The answer in the middle", "2", "Poor", "None"],
        ["The last answer to every question", "2", "Poor", "Ask about sleep."],
    ]
    text = page.content.decode()
    assert ("Totals go from 0 to 4." in text, "It is asked from 18 to 64 years." in text) == (True, True)
    assert ("Did you lie awake?" in text, "In the last week:" in text) == (True, True)
    # As patients see it: an answer is a button without its points.
    assert re.findall(r'type="radio"\s+name="(answer-.)"\s+value="(.)"', text) == [
        (f"answer-{item}", str(points)) for item in (1, 2) for points in ((0, 1, 2) if item == 1 else (2, 1, 0))
    ]


def test_preview_saves_what_it_showed(owner, riverside):
    page = owner.post("/instruments/new/", {**TYPED, **RULES})
    made = owner.post("/instruments/new/", {**sent_along(page), "do": "save"})
    assert (made.status_code, made["Location"]) == (302, "/instruments/own-sleep-short/")
    with clinic_scope(riverside.clinic):
        definition = catalogue.find("own-sleep-short")
    assert (definition.youngest, definition.oldest) == (18, 64)
    assert [cutoff.positive_from for cutoff in definition.cutoffs] == [2]
    assert [(alert.item, alert.at_least, alert.severity) for alert in definition.alerts] == [("1", 2, 3)]
    assert [(band.word, band.severity) for band in definition.bands] == [("Good", None), ("Poor", 2)]


def test_preview_goes_back_to_the_form_with_all_that_was_typed(owner):
    page = owner.post("/instruments/new/", {**TYPED, **RULES})
    form = owner.post("/instruments/new/", {**sent_along(page), "do": "form"}).context["form"]
    shown = {name: str(form[name].value()).replace("\r\n", "\n") for name in {**TYPED, **RULES}}
    assert shown == {name: value.replace("\r\n", "\n") for name, value in {**TYPED, **RULES}.items()}


def test_file_is_chosen_once(owner, riverside):
    """The preview sends it along, to save it, and to go back and change what is said of it."""
    page = uploaded(owner, bands="0-1 Good\n2-4 Poor")
    assert (page.status_code, own(riverside)) == (200, [])
    again = owner.post("/instruments/import/", {**sent_along(page), "do": "form"})
    assert "“sleep.csv” is kept." in html.unescape(again.content.decode())
    changed = owner.post("/instruments/import/", {**sent_along(page), "bands": "0-2 Well\n3-4 Ill", "title": "Rest"})
    saved = owner.post("/instruments/import/", {**sent_along(changed), "do": "save"})
    assert saved["Location"] == "/instruments/own-rest/"
    (row,) = own(riverside)
    assert (row.origin, [band["word"] for band in row.definition["bands"]]) == ("csv", ["Well", "Ill"])


def test_file_stays_with_the_form_when_something_else_is_wrong(owner, riverside):
    page = uploaded(owner, positive_from="many")
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["positive_from"])
    assert "“sleep.csv” is kept." in html.unescape(page.content.decode())
    kept = sent_along(page)
    about = {"type": "mental_health", "answered_by": "patient", "licence_class": "free"}
    assert owner.post("/instruments/import/", {**about, **kept, "do": "save"}).status_code == 302
    assert [row.instrument for row in own(riverside)] == ["own-sleep-short"]


@pytest.mark.parametrize("sent", ["", "%", "e30", "\x00"])
def test_file_that_is_not_there_is_asked_for(owner, sent):
    about = {"type": "mental_health", "answered_by": "patient", "licence_class": "free", "sent_name": "a.json"}
    page = owner.post("/instruments/import/", {**about, "sent_file": sent, "do": "save"})
    assert (page.status_code, list(page.context["form"].errors)[:1]) == (
        422,
        ["sent_file" if "\x00" in sent else "file"],
    )


def test_edit_begins_with_what_is_there_and_saves_the_next_version(owner, riverside):
    owner.post("/instruments/new/", {**TYPED, **RULES, "do": "save"})
    assert 'href="/instruments/own-sleep-short/edit/"' in owner.get("/instruments/own-sleep-short/").content.decode()
    form = owner.get("/instruments/own-sleep-short/edit/").context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    same = owner.post("/instruments/own-sleep-short/edit/", {**typed, "do": "save"}, follow=True)
    assert ("This version was there already." in same.content.decode(), len(own(riverside))) == (True, 1)
    owner.post("/instruments/own-sleep-short/edit/", {**typed, "title": "Rest, short", "do": "save"})
    assert [(row.instrument, row.version, row.definition["title"]) for row in own(riverside)] == [
        ("own-sleep-short", 1, "Sleep, short"),
        ("own-sleep-short", 2, "Rest, short"),
    ]


@pytest.mark.parametrize("do", ["preview", "save"])
def test_edit_of_a_version_that_is_not_the_newest_any_more_is_409_once(owner, riverside, do):
    owner.post("/instruments/new/", {**TYPED, "do": "save"})
    mine = {**TYPED, "after": "1", "title": "Mine"}
    owner.post("/instruments/own-sleep-short/edit/", {**TYPED, "after": "1", "title": "Theirs", "do": "save"})
    page = owner.post("/instruments/own-sleep-short/edit/", {**mine, "do": do})
    form = page.context["form"]
    assert (page.status_code, form["title"].value(), form["after"].value()) == (409, "Mine", "2")
    assert "Version 2 was saved meanwhile." in page.content.decode()
    owner.post("/instruments/own-sleep-short/edit/", {**mine, "after": "2", "do": "save"})
    assert [row.definition["title"] for row in own(riverside)] == ["Sleep, short", "Theirs", "Mine"]


def test_imported_file_is_changed_by_its_next_file(owner):
    uploaded(owner, do="save")
    page = owner.get("/instruments/own-sleep-short/").content.decode()
    assert owner.get("/instruments/own-sleep-short/edit/").status_code == 404
    assert 'href="/instruments/import/?becomes=own-sleep-short"' in page
    form = owner.get("/instruments/import/?becomes=own-sleep-short").context["form"]
    assert form["becomes"].value() == "own-sleep-short"


@pytest.mark.parametrize("path", ["/instruments/phq-9/edit/", "/instruments/own-x/edit/"])
def test_edit_of_what_the_form_did_not_make_is_404(owner, path):
    assert [owner.get(path).status_code, owner.post(path, TYPED).status_code] == [404, 404]


def test_instrument_is_withdrawn_and_offered_again_beside_what_it_is(owner, riverside):
    owner.post("/instruments/new/", {**TYPED, "do": "save"})

    def offered():
        with clinic_scope(riverside.clinic):
            return catalogue.find("own-sleep-short") is not None

    found = [offered()]
    for do in ("withdraw", "withdraw", "offer"):
        answer = owner.post("/instruments/own-sleep-short/offer/", {"do": do})
        assert (answer.status_code, answer["Location"]) == (302, "/instruments/own-sleep-short/")
        found.append(offered())
    assert found == [True, False, False, True]
    with clinic_scope(riverside.clinic):
        events = AuditEvent.objects.filter(action="instrument_settings.changed").order_by("id")
        assert [event.changes["hidden"] for event in events] == [[[], ["own-sleep-short"]], [["own-sleep-short"], []]]


def test_instrument_of_a_licence_that_is_off_is_offered_with_its_licence(owner, riverside):
    owner.post("/instruments/new/", {**TYPED, "licence_class": "non-commercial", "do": "save"})
    owner.post("/instruments/own-sleep-short/offer/", {"do": "offer"})
    with clinic_scope(riverside.clinic):
        assert (catalogue.find("own-sleep-short").licence_class, catalogue.choices().licence_classes) == (
            "non-commercial",
            {"free", "non-commercial"},
        )


def test_unknown_instrument_cannot_be_offered(owner, riverside, sign_in):
    assert owner.post("/instruments/epds/offer/", {"do": "offer"}).status_code == 404
    assert sign_in(riverside.clinician).post("/instruments/gcs/offer/", {"do": "withdraw"}).status_code == 403


WORD = st.from_regex(r"[A-Za-z][A-Za-z ()-]{0,12}[a-z]", fullmatch=True).map(lambda text: " ".join(text.split()))
SEVERITY = st.sampled_from([*lines.SEVERITIES.values()])


@st.composite
def stored(draw):
    """The definition of a questionnaire that the form can make, as it is stored."""
    points = sorted(draw(st.sets(st.integers(-3, 6), min_size=2, max_size=4)))
    count = draw(st.integers(1, 4))
    cut = draw(st.integers(0, count * (points[-1] - points[0]) - 1)) + count * points[0]
    typed = {
        "title": draw(WORD), "instruction": draw(st.sampled_from(["", "In the last week:"])),
        "questions": "\n".join(f"{draw(WORD)}? {draw(st.sampled_from(['', lines.REVERSED]))}" for _ in range(count)),
        "options": "\n".join(f"{number} Answer {place}" for place, number in enumerate(points)),
        "bands": "\n".join([
            f"{count * points[0]} to {cut} {draw(WORD)} ({lines.word_of(draw(SEVERITY))})",
            f"{cut + 1} to {count * points[-1]} {draw(WORD)} ({lines.word_of(draw(SEVERITY))})",
        ]),
        "alerts": "\n".join(
            f"{number} from {points[-1]} {lines.word_of(draw(st.integers(0, 4)))}: {draw(WORD)}"
            for number in range(1, draw(st.integers(0, count)) + 1)
        ),
        "positive_from": draw(st.sampled_from(["", str(cut + 1)])),
        "youngest": draw(st.sampled_from(["", "0", "12"])), "oldest": draw(st.sampled_from(["", "64"])),
        "type": "other", "answered_by": "patient", "licence_class": "free", "source": "Here", "licence": "Ours",
    }  # fmt: skip
    form = InstrumentForm(typed)
    assert form.is_valid(), (typed, form.errors)
    return as_plain({**form.cleaned_data["imported"].data, "id": "own-made", "version": "3"})


@settings(deadline=None, max_examples=60)
@given(stored())
def test_every_definition_that_the_form_makes_can_be_edited(definition):
    typed = typed_of(definition)
    assert typed is not None
    form = InstrumentForm(typed)
    assert form.is_valid(), form.errors
    assert as_plain({**form.cleaned_data["imported"].data, "id": "own-made", "version": "3"}) == definition


@settings(deadline=None, max_examples=60)
@given(stored(), st.sampled_from(["sections", "displays", "scored", "weight", "note", "measure"]))
def test_definition_with_more_than_the_form_has_cannot_be_edited(definition, more):
    """Else whoever saves it would lose a part."""
    if more in ("scored", "weight", "measure"):
        definition["items"][0][more] = {"scored": False, "weight": 2, "measure": {"minimum": 0}}[more]
    else:
        definition[more] = {"sections": [{"title": "A", "items": ["1"]}], "displays": [{"text": "A"}], "note": "A"}[
            more
        ]
    assert typed_of(definition) is None


def test_forms_of_two_bands_without_severities_are_spread_evenly():
    bands = [lines.band_of(line) for line in ("0-1 Good", "2 to 3 Fair (mild)", "4–5 Poor")]
    assert [band["severity"] for band in lines.with_severities(bands)] == [0, 1, 4]
