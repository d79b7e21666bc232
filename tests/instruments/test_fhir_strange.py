"""Whatever is put into a Questionnaire is refused by its name, or changes nothing: it is never dropped."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.instruments.files.importing import Refused, import_file
from tests.instruments.questionnaires import ABOUT, LOINC, asked, display, group, resource, total, variable
from tests.instruments.test_importing import places, spoilt
from tests.sizes import times

CONCEPTS = [{"code": "n", "display": "No"}, {"code": "y", "display": "Yes"}]
SETS = [
    {
        "resourceType": "ValueSet",
        "id": "yn",
        "compose": {"include": [{"system": "http://x.org/s", "concept": CONCEPTS}]},
    },
    {"resourceType": "ValueSet", "id": "ex", "url": "http://x.org/ex", "expansion": {"total": 2, "contains": CONCEPTS}},
]
WHOLE = json.loads(
    json.dumps(
        resource(
            display("d", "Read this."),
            group("g", "Sleep", asked("1", item=[display("h", "Naps too")]), asked("2")),
            {"linkId": "3", "type": "choice", "text": "Well?", "answerValueSet": "#yn"},
            {"linkId": "4", "type": "choice", "text": "Still?", "answerValueSet": "http://x.org/ex"},
            {"linkId": "5", "type": "boolean", "text": "Help?"},
            total("%a + %b", code=[{"system": LOINC, "code": "44261-6"}]),
            contained=SETS,
            url="http://x.org/q",
            version="1",
            code=[{"system": LOINC, "code": "44249-1"}],
            extension=[variable("a", "1"), variable("b", "2")],
        )
    )
)
OBJECTS = [path for path in places(WHOLE) if isinstance(path, tuple)]


def outcome(value):
    """The data of a file, or what it is refused for."""
    try:
        return import_file("a.json", json.dumps(value).encode(), **ABOUT).data
    except Refused as error:
        return error.messages


def at(value, path):
    for step in path:
        value = value[step]
    return value


TABLES = [path for path in OBJECTS if isinstance(at(WHOLE, path), dict)]
SOUND = outcome(WHOLE)
names = st.text("abcdefgXYZ", min_size=4, max_size=9).map(lambda name: f"odd{name}")


def with_part(path, name, value):
    """The file with one part more in the table at a path."""
    table = at(WHOLE, path)
    if name in ("extension", "modifierExtension"):
        value = [*table.get(name, []), value]
    return spoilt(WHOLE, path, {**table, name: value}) if path else {**table, name: value}


def refused_by(found, name):
    return isinstance(found, list) and any(name in message for message in found)


def test_file_is_sound():
    assert isinstance(SOUND, dict)
    assert len(TABLES) > 40


@settings(max_examples=times(400), deadline=None)
@given(st.sampled_from(TABLES), names)
def test_unknown_extension_is_refused_by_name_or_changes_nothing(path, name):
    found = outcome(with_part(path, "extension", {"url": f"http://example.org/{name}", "valueString": "x"}))
    assert found == SOUND or refused_by(found, name)


@settings(max_examples=times(400), deadline=None)
@given(st.sampled_from(TABLES), names)
def test_modifier_extension_is_refused_by_name_wherever_it_is(path, name):
    found = outcome(with_part(path, "modifierExtension", {"url": f"http://example.org/{name}", "valueBoolean": True}))
    assert refused_by(found, name)


@settings(max_examples=times(400), deadline=None)
@given(st.sampled_from(TABLES), names, st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([{}]))
def test_unknown_part_is_refused_by_name_or_changes_nothing(path, name, value):
    found = outcome(with_part(path, name, value))
    assert found == SOUND or refused_by(found, name)


HL7 = ["sdc-questionnaire-enableWhenExpression", "questionnaire-hidden", "sdc-questionnaire-answerExpression",
       "questionnaire-constraint", "questionnaire-usageMode", "sdc-questionnaire-answerOptionsToggleExpression",
       "questionnaire-optionExclusive", "valueset-toocostly", "questionnaire-maxOccurs"]  # fmt: skip


@settings(max_examples=times(300), deadline=None)
@given(st.sampled_from(TABLES), st.sampled_from(HL7))
def test_extension_of_hl7_that_changes_meaning_is_refused_or_concerns_nobody(path, name):
    extension = {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", "valueBoolean": True}
    found = outcome(with_part(path, "extension", extension))
    assert refused_by(found, name) or without_notes(found) == without_notes(SOUND) or path_is_display(path)


def without_notes(found):
    if not isinstance(found, dict):
        return found
    return {**found, "exchange": {**found["exchange"], "notes": []}}


def path_is_display(path):
    """A hidden text is left out, with a note."""
    return at(WHOLE, path).get("type") == "display"


@given(
    inside=st.sampled_from(["item", "extension", "contained", "valueSet", "nobody knows"]), depth=st.integers(61, 2500)
)
@settings(max_examples=times(30))
def test_file_that_is_nested_too_deeply_is_refused_wherever_it_is(inside, depth):
    for nest in ('{"%s": [%s]}', '{"%s": %s}'):
        text = "{}"
        for _ in range(depth):
            text = nest % (inside, text)
        with pytest.raises(Refused):
            import_file("deep.json", f'{{"resourceType": "Questionnaire", "{inside}": [{text}]}}'.encode(), **ABOUT)
