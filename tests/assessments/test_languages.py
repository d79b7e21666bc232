"""An instrument in two languages: what the patient is asked in, by a link and on a shared device."""

import re
import tomllib
from uuid import uuid4

import pytest
from django.test import Client

from clinic.assessments.models import Assessment
from clinic.instruments.actions import add_custom_instrument
from clinic.instruments.files.toml import problems, read
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import let_in, link_in
from tests.world import Writer

FILE = """\
id = "own-mood"
version = "1"
title = "Mood"
name = "Mood in one question"
type = "mental_health"
answered_by = "patient"
instruction = "How are you today?"
source = "Made up for a test."
licence = "Ours."
licence_class = "free"

[scoring]
minimum = 0
maximum = 1

[options]
mood = [
  { points = 0, text = "Good" },
  { points = 1, text = "Bad" },
]

[[items]]
code = "1"
text = "My mood is"
options = "mood"

[translations.de]
title = "Stimmung"
instruction = "Wie geht es Ihnen heute?"
source = "Made up for a test."

[translations.de.items]
1 = "Meine Stimmung ist"

[translations.de.options]
"Good" = "Gut"
"Bad" = "Schlecht"
"""
ARABIC = FILE.replace(".de", ".ar")
GERMAN = ["Stimmung", "Wie geht es Ihnen heute?", "Meine Stimmung ist", "Gut", "Schlecht"]
ENGLISH = ["Mood", "How are you today?", "My mood is", "Good", "Bad"]
CHOICE = re.compile(r'<option value="(\w+)"[^>]*?(selected)?>([^<]+)</option>')


@pytest.fixture
def mood(riverside):
    """A function that gives the clinic an instrument of its own from the text of a file; its id."""

    def add(text=FILE) -> str:
        with clinic_scope(riverside.clinic):
            return add_custom_instrument(by=Writer(), data=tomllib.loads(text), origin="form")[0].instrument

    return add


@pytest.fixture
def asked(practitioner, patient):
    """A function that asks the patient by a link in a language; the link."""

    def ask(instrument, **fields) -> str:
        form = {"id": uuid4(), "instrument": instrument, "days": 7, **fields}
        return link_in(practitioner.post(f"/patients/{patient.pk}/requests/", form, follow=True))

    return ask


def shown(browser: Client, path: str) -> list[str]:
    """Which of the form's texts are on a page, in either language."""
    text = browser.get(path).content.decode()
    return [word for word in GERMAN + ENGLISH if f">{word}<" in text]


def form_url(patient, instrument) -> str:
    return f"/assessments/new/?patient={patient.pk}&instrument={instrument}"


def share(practitioner, patient, instrument, **fields):
    form = {"id": uuid4(), "patient": patient.pk, "instrument": instrument, "date": "1 March 2026", **fields}
    return practitioner.post(form_url(patient, instrument), {**form, "do": "share"})


# By a link


def test_link_is_offered_in_every_language_that_an_instrument_has(practitioner, patient, mood):
    address = f"/patients/{patient.pk}/requests/"
    before = practitioner.get(address)
    assert (before.status_code, 'name="language"' in before.content.decode()) == (200, False)
    mood()
    page = practitioner.get(address).content.decode()
    offered = [(code, name) for code, _, name in CHOICE.findall(page) if code in ("en", "de")]
    assert offered == [("en", "English"), ("de", "Deutsch")]


def test_link_asks_in_the_language_that_was_chosen_and_the_assessment_keeps_it(mood, asked, kept):
    link = asked(mood(), language="de")
    browser = let_in(link)
    assert shown(browser, link) == GERMAN
    assert '<div lang="de" dir="ltr">' in browser.get(link).content.decode()
    browser.post(link, {"answer-1": "1", "do": "complete"})
    assessment = kept(Assessment)
    assert (assessment.language, assessment.status, assessment.score, assessment.answers) == (
        "de",
        "completed",
        1,
        {"1": 1},
    )


def test_link_asks_in_english_where_nothing_is_chosen(mood, asked, kept):
    link = asked(mood())
    browser = let_in(link)
    assert shown(browser, link) == ENGLISH
    browser.post(link, {"answer-1": "1", "do": "complete"})
    assert kept(Assessment).language == "en"


def test_new_link_asks_in_the_language_of_the_old_one(mood, asked, kept, practitioner):
    asked(mood(), language="de")
    link = link_in(practitioner.post(f"/requests/{kept().pk}/renew/", {"new": uuid4()}, follow=True))
    assert shown(let_in(link), link) == GERMAN


def test_instrument_that_is_not_translated_is_asked_in_english(mood, asked, kept):
    mood()
    link = asked("gad-2", language="de")
    assert (kept().language, "Not at all" in let_in(link).get(link).content.decode()) == ("en", True)


def test_language_that_nothing_is_in_is_refused(mood, practitioner, patient, kept):
    form = {"id": uuid4(), "instrument": mood(), "days": 7, "language": "fr"}
    answer = practitioner.post(f"/patients/{patient.pk}/requests/", form)
    assert (answer.status_code, kept()) == (422, None)


def test_language_from_right_to_left_says_so(mood, asked):
    link = asked(mood(ARABIC), language="ar")
    assert '<div lang="ar" dir="rtl">' in let_in(link).get(link).content.decode()


# Handed over


def test_shared_device_offers_every_language_of_the_instrument(practitioner, patient, mood):
    page = practitioner.get(form_url(patient, mood())).content.decode()
    assert CHOICE.findall(page) == [("en", "selected", "English"), ("de", "", "Deutsch")]
    english = practitioner.get(form_url(patient, "phq-9"))
    assert (english.status_code, 'name="language"' in english.content.decode()) == (200, False)


def test_device_asks_in_the_language_that_was_chosen_and_the_assessment_keeps_it(practitioner, patient, mood, kept):
    assert share(practitioner, patient, mood(), language="de")["Location"] == "/handover/"
    assert shown(practitioner, "/handover/") == GERMAN
    practitioner.post("/handover/", {"answer-1": "1", "version": 1, "do": "complete"})
    assert (kept(Assessment).language, kept(Assessment).score) == ("de", 1)


@pytest.mark.parametrize("language", ["", "fr", "en", "x" * 50])
def test_device_asks_in_english_where_no_other_was_chosen(practitioner, patient, mood, kept, language):
    share(practitioner, patient, mood(), language=language)
    assert (shown(practitioner, "/handover/"), kept(Assessment).language) == (ENGLISH, "en")


def test_language_of_an_assessment_that_was_begun_can_be_chosen_still(practitioner, patient, mood, kept):
    key, instrument = uuid4(), mood()
    form = {"patient": patient.pk, "instrument": instrument, "date": "1 March 2026", "answer-1": "0"}
    practitioner.post(f"/assessments/{key}/answers/", {**form, "language": "en"})
    practitioner.post(f"/assessments/{key}/answer/", {**form, "version": 1, "language": "de", "do": "share"})
    assert (shown(practitioner, "/handover/"), kept(Assessment).language) == (GERMAN, "de")


def test_page_without_the_choice_leaves_the_language_as_it_is(practitioner, patient, mood, asked, kept):
    link = asked(mood(), language="de")
    let_in(link).post(link, {"answer-1": "1", "do": "later"})
    page = practitioner.get(f"/assessments/{kept(Assessment).pk}/answer/").content.decode()
    assert ("de", "selected", "Deutsch") in CHOICE.findall(page)
    practitioner.post(f"/assessments/{kept(Assessment).pk}/answers/", {"answer-1": "0", "date": "1 March 2026"})
    assert (kept(Assessment).language, kept(Assessment).answers) == ("de", {"1": 0})


# The file


@pytest.fixture
def file(tmp_path):
    """A function that writes the file with one text changed; its path and the line that was changed."""

    def write(old="", new=""):
        assert old in FILE
        path = tmp_path / "own-mood.v1.toml"
        path.write_text(FILE.replace(old, new, 1), encoding="utf-8")
        return path, FILE[: FILE.index(old)].count("\n") + 1

    return write


def test_file_of_two_languages_is_read(file):
    path, _ = file()
    definition = read(path)
    assert (definition.languages, definition.translations["de"].options) == (
        ("en", "de"),
        {"Good": "Gut", "Bad": "Schlecht"},
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[translations.de]\n", "[translations.en]\n", "“en” is not the code of another language than English"),
        ("[translations.de]\n", "[translations.deutsch]\n", "“deutsch” is not the code of another language"),
        ('title = "Stimmung"', 'titel = "Stimmung"', "There is no such entry here."),
        ('1 = "Meine', '2 = "Meine', "There is no item “2”."),
        ('"Good" = "Gut"', '"God" = "Gut"', "There is no option “God”."),
        ('"Bad" = "Schlecht"', '"Bad" = ""', "This must be text."),
    ],
)
def test_broken_translation_is_refused_with_the_line_at_fault(file, tmp_path, old, new, message):
    _, line = file(old, new)
    assert any(found.startswith(f"own-mood.v1.toml:{line}: ") and message in found for found in problems(tmp_path))


@pytest.mark.parametrize(
    ("old", "header", "message"),
    [
        ('instruction = "Wie geht es Ihnen heute?"\n', "[translations.de]", "The instruction is in one of the two"),
        ('"Bad" = "Schlecht"\n', "[translations.de.options]", "The option “Bad” is not translated."),
        ('1 = "Meine Stimmung ist"\n', "[translations.de.items]", "The item “1” is not translated."),
    ],
)
def test_translation_that_is_not_whole_is_refused_with_the_line_of_its_part(file, tmp_path, old, header, message):
    path, _ = file(old)
    line = path.read_text().splitlines().index(header) + 1
    assert [found.partition(" ")[0] for found in problems(tmp_path) if message in found] == [
        f"own-mood.v1.toml:{line}:"
    ]
