"""One word for a thing: what the glossary lists as a word of before is in no room any more, but where it is stored."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Rooms that say what the glossary says. The others follow.
ROOMS = (
    "clinic/access.py", "clinic/accounts", "clinic/api", "clinic/assessments", "clinic/audit", "clinic/demo",
    "clinic/instruments", "clinic/lists", "clinic/patients", "clinic/postgres", "clinic/staff", "clinic/tenancy",
    "clinic/text", "clinic/ui", "templates/ui", "templates/patients", "templates/lists", "templates/people",
    "templates/answer", "templates/assessments", "templates/instruments",
)  # fmt: skip
# Words of before that these rooms use in another sense, with the sense.
OTHER_SENSE = {
    "answer": "what patients and pages call a response; the column, its field in JSON and the argument of actions",
    "condition": "Django's name for what a constraint or an index is limited to; when a table of points counts",
    "walk": "goes through the items of a Questionnaire; a question",
}
# The same, of a word that only these files use so.
OTHER_SENSE_IN = {
    ("clinic/lists/jobs/spreadsheets.py", "sheet"): "a spreadsheet's",
    ("clinic/lists/page/", "slice"): "Python's",
    ("clinic/lists/reading/listing.py", "plan"): "PostgreSQL's, of a query",
    ("clinic/lists/reading/patience.py", "plan"): "PostgreSQL's, of a query",
    ("clinic/lists/reading/bounds.py", "plan"): "of PostgreSQL",
    ("clinic/assessments/outcomes/", "course"): "of treatment, from a baseline on",
    ("clinic/assessments/outcomes/", "outcome"): "of treatment",
    ("clinic/assessments/outcomes/", "sheet"): "a table of figures",
    ("clinic/assessments/reports/", "outcome"): "of treatment",
    ("clinic/assessments/reports/", "sheet"): "a table of figures",
    ("clinic/assessments/models/reports.py", "outcome"): "of treatment",
    ("clinic/demo/", "outcome"): "of treatment",
    ("clinic/assessments/models/", "course"): "of treatment, kept",
    ("clinic/assessments/models/courses.py", "outcome"): "of treatment",
    ("clinic/assessments/record/", "course"): "of treatment, kept",
    ("clinic/assessments/management/commands/courses.py", "course"): "of treatment, kept",
    ("clinic/assessments/management/commands/courses.py", "outcome"): "of treatment",
    ("clinic/demo/", "course"): "of treatment, from a baseline on",
    ("templates/ui/_rail.html", "outcome"): "of treatment",
    ("clinic/patients/finding/ways.py", "outcome"): "of treatment",
    ("clinic/tenancy/", "plan"): "Django's, of migrations",
    ("clinic/tenancy/", "grants"): "what GRANT gives",
    ("clinic/staff/overview.py", "grants"): "what GRANT gives",
}
# What is stored, or named by others, with where. Longer ones stand before those that they contain.
STORED = {
    '"plan.made"': "action in trails",
    '"plan.changed"': "action in trails",
    '"plan.ended"': "action in trails",
    '"handover.begun"': "action in trails",
    '"handover.left"': "action in trails",
    'trail_name = "plan"': "name in trails",
    "riskalert": "name in trails, table",
    "owninstrument": "name in trails, table",
    "assessments_plan": "table",
    "plan_once_active": "constraint",
    "plan_pace": "constraint",
    "plan_has_an_instrument": "constraint",
    "plan_by_due": "index",
    "risk_alert_once_open": "constraint",
    "risk_alert_severity": "constraint",
    "risk_alert_acknowledged_with_a_note": "constraint",
    "risk_alert_open": "index",
    "own_instrument_version_once": "constraint",
    "own_instrument_is_named_as_one": "constraint",
    "plan = TextColumn": "column in the layouts that people keep",
    "patients/<uuid:pk>/course/": "address",
    "patients/<uuid:pk>/plans/": "address",
    "plans/<uuid:pk>/end/": "address",
    '"handover/': "address",
    'SHARED_DEVICE_KEY = "handover"': "key in sessions",
    '"handed_over"': "error code",
    "c.fenced": "column",
    'db_column="fenced"': "column",
    "RiskAlert": "name in JSON",
}
# Files of another room's words.
NOT_YET: dict[str, str] = {}


def files() -> list[Path]:
    paths = [path for room in ROOMS for path in [ROOT / room, *sorted((ROOT / room).rglob("*"))] if path.is_file()]
    paths = [path for path in paths if path.suffix in (".py", ".html")]
    return [path for path in paths if "migrations" not in path.parts and relative(path) not in NOT_YET]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def words_of_before() -> set[str]:
    """The last column of the glossary's table."""
    rows = [line.split("|") for line in (ROOT / "docs/glossary.md").read_text().splitlines() if line.startswith("|")]
    return {word.strip() for row in rows[2:] for word in row[4].split(",") if word.strip()}


def plain(text: str) -> str:
    """Its words in small letters with single spaces around each, those inside names too: " hand over form "."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return f" {' '.join(re.findall(r'[a-z]+', apart.lower()))} "


def found_in(text: str) -> set[str]:
    for stored in STORED:
        text = text.replace(stored, " ")
    words = plain(text)
    return {word for word in words_of_before() - set(OTHER_SENSE) if f" {word} " in words or f" {word}s " in words}


def words_in(path: Path) -> set[str]:
    others = {word for (place, word) in OTHER_SENSE_IN if relative(path).startswith(place)}
    return found_in(f"{path.stem} {path.read_text()}") - others


def test_glossary_has_words_of_before():
    assert {"sitting", "own instrument", "course", "plan"} < words_of_before()
    assert set(OTHER_SENSE) < words_of_before()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("class SittingForm:", {"sitting"}),
        ("two_plans", {"plan"}),
        ("The patient's own instruments", {"own instrument"}),
        ("planned", set()),
        ('record("plan.made", plan)', {"plan"}),
        ('record("plan.made", schedule)', set()),
    ],
)
def test_word_of_before_is_found_in_names_and_sentences(text, found):
    assert found_in(text) == found


def test_rooms_use_no_word_of_before():
    assert len(files()) > 90
    found = {relative(path): words_in(path) for path in files()}
    assert {path: words for path, words in found.items() if words} == {}


def test_every_exception_is_needed():
    text = "\n".join(path.read_text() for path in files())
    assert [stored for stored in STORED if stored not in text] == []
    assert [word for word in OTHER_SENSE if f" {word} " not in plain(text)] == []
    for place, word in OTHER_SENSE_IN:
        assert any(word in found_in(path.read_text()) for path in files() if relative(path).startswith(place)), place
    assert [path for path in NOT_YET if not (ROOT / path).exists()] == []
