"""The key beside an answer, which chooses it: the points that it adds, or a letter that nobody takes for points."""

import re
import tomllib
from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings

from clinic.instruments.files.toml import FOLDER, shipped
from clinic.instruments.parsing import definition_of
from clinic.instruments.questions import form_questions
from clinic.tenancy.scope import clinic_scope
from tests.instruments.generated import ABOUT, definitions
from tests.instruments.verdicts import choices_of, options_of, possible, scores
from tests.world import make_patient

FILES = {path.stem: tomllib.loads(path.read_text(), parse_float=Decimal) for path in sorted(FOLDER.glob("*.toml"))}
LETTERS = "ABCDEFGHILMOPQSTUVWYZ"


def added(data, item):
    """What each answer adds to the total; empty where it adds nothing, or where that depends on other answers."""
    together = [section["items"] for section in data.get("sections", []) if section.get("counts") == "highest"]
    if data["scoring"].get("rule") == "none" or not scores(item):
        return []
    if any(item["code"] in codes for codes in together):
        return []
    factor = item.get("weight", 1) * data["scoring"].get("multiply", 1)
    return [points * factor for _, points in choices_of(data, item)]


def keys_due(data, item):
    """What the issue asks for, read from the plain data of a file. Of several answers none is chosen by a key."""
    if item.get("kind") == "several":
        return [""] * len(options_of(data, item))
    points = added(data, item)
    if points and all(number in range(10) for number in points) and len(set(points)) == len(points):
        return [str(int(number)) for number in points]
    return list(LETTERS[: len(options_of(data, item))])


def keys_shown(definition):
    """The keys of every item with options, on an form."""
    shown = form_questions(definition, definition.items, responses={})
    return {each.code: [choice.key for choice in each.choices] for each in shown if each.choices}


def due(data):
    return {item["code"]: keys_due(data, item) for item in data["items"] if options_of(data, item)}


@pytest.mark.parametrize("name", sorted(FILES))
def test_key_of_a_shipped_answer_is_the_points_that_it_adds(name):
    data = FILES[name]
    shown = keys_shown(shipped()[data["id"], data["version"]])
    assert shown == due(data)
    assert len(shown) > 0


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definitions())
def test_key_of_any_answer_is_the_points_that_it_adds(data):
    assert keys_shown(definition_of(data)) == due(data)


def test_well_patient_on_the_glasgow_scale_is_typed_by_the_points():
    keys = keys_shown(shipped()["gcs", "1"])
    assert keys == {"E": list("4321"), "V": list("54321"), "M": list("654321")}


def whole(points, scoring=None, sections=(), **item):
    """A definition of one question with these points, and one more without options to choose between."""
    options = [{"points": number, "text": f"Answer {number}"} for number in points]
    items = [{"code": "1", "text": "How much?", "options": options, **item}]
    items += [
        {"code": "2", "text": "And this?", "options": [{"points": 0, "text": "No"}, {"points": 1, "text": "Yes"}]}
    ]
    data = {**ABOUT, "items": items, "scoring": scoring or {}, "options": {}, "sections": list(sections)}
    if data["scoring"].get("rule") != "none":
        totals = sorted(total for total, _ in possible(data, {}, "unknown"))
        data["scoring"] = {**data["scoring"], "minimum": totals[0], "maximum": totals[-1]}
    return data


HALF = Decimal("0.5")
SHAPES = {
    "rising": (whole([0, 1, 2]), "012"),
    "falling": (whole([2, 1, 0]), "210"),
    "reversed": (whole([0, 1, 2], reversed=True), "210"),
    "gap": (whole([0, 3]), "03"),
    "nine": (whole([0, 9]), "09"),
    "ten": (whole([0, 10]), "AB"),
    "half": (whole([0, HALF, 1]), "ABC"),
    "negative": (whole([-1, 0, 1]), "ABC"),
    "weighted": (whole([0, 1], weight=2), "02"),
    "weighted to the same": (whole([0, 1], weight=0), "AB"),
    "weighted to a half": (whole([0, 1], weight=HALF), "AB"),
    "multiplied": (whole([0, 1, 2], {"multiply": 4}), "048"),
    "multiplied past nine": (whole([0, 1, 2, 3], {"multiply": 4}), "ABCD"),
    "halved": (whole([0, 2, 4], {"multiply": HALF}), "012"),
    "not scored": (whole([0, 1], scored=False), "AB"),
    "without a total": (whole([0, 1], {"rule": "none"}), "AB"),
    "of which the highest counts": (
        whole([0, 1], sections=[{"title": "Either", "items": ["1", "2"], "counts": "highest"}]),
        "AB",
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_key_is_a_letter_where_no_digit_says_what_is_added(name):
    data, keys = SHAPES[name]
    assert "".join(keys_shown(definition_of(data))["1"]) == keys
    assert keys_due(data, data["items"][0]) == list(keys)


def test_answers_after_the_last_letter_have_no_key():
    shown = keys_shown(definition_of(whole([number - 12 for number in range(25)])))["1"]
    assert shown == [*LETTERS, *[""] * (25 - len(LETTERS))]


def test_letters_are_none_that_every_page_listens_for():
    script = (django_settings.BASE_DIR / "static/js/lists.js").read_text()
    block = script[script.index("const keys = {") :]
    taken = re.findall(r'^\s+"?(\S)"?: ', block[: block.index("};")], re.MULTILINE)
    assert (len(taken) > 3, {key.upper() for key in taken} & set(LETTERS)) == (True, set())


def test_page_has_the_keys_that_the_rule_gives(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        patient = make_patient()
    page = sign_in(riverside.clinician).get(f"/assessments/new/?patient={patient.pk}&instrument=gcs").content.decode()
    found = re.findall(r'name="answer-E"\s+value="(\d)"\s+data-key="(.)"', page)
    assert found == [("4", "4"), ("3", "3"), ("2", "2"), ("1", "1")]
    assert re.findall(r"<kbd[^>]*>(.)</kbd>", page)[-15:] == list("432154321654321")
