"""What a FHIR Questionnaire says is kept where it stands, left out with a note, or refused for its true reason."""

import pytest

from clinic.instruments.questions import form_questions
from clinic.instruments.scoring import score
from clinic.instruments.texts.parts import Code, ExchangeItem
from tests.instruments.broken_files import option, question
from tests.instruments.questionnaires import LOINC, asked, display, group, read, refusals, total

HELP = display("h", "Count naps as well")
ADDED_UP = "The file does not say how the total is made: the points of all answers are added up."
NAPS = group("now", "In the past 3 months", display("d", "Any use counts"), asked("n1", "Cocaine"))


def drawn(definition):
    """What somebody who answers reads, from above to below."""
    found = []
    for shown in form_questions(definition, definition.items, responses={}):
        around = shown.around
        found += [*around.above, *([f"[{around.heading}]"] if around.heading else []), *around.before]
        found += [*(["----"] if around.ends_section else []), shown.text, *around.after]
    return found


def test_displays_stay_where_they_stand():
    """ASSIST asks of cocaine twice: ever, and in the past three months."""
    life = group(
        "life", "In your lifetime", asked("l1", "Cocaine"), display("x", "Now of alcohol"), asked("l2", "Beer")
    )
    definition = read(display("i", "Read each question."), life, NAPS, asked("z", "Help?"), display("e", "Thank you."))
    assert drawn(definition) == [
        *("Read each question.", "[In your lifetime]", "Cocaine", "Now of alcohol", "Beer"),
        *("[In the past 3 months]", "Any use counts", "Cocaine", "----", "Help?", "Thank you."),
    ]


def test_headings_of_groups_around_groups_are_kept():
    inner = group("b", "B", asked("2", "Two"))
    definition = read(
        group("a", "A", asked("1", "One"), inner, asked("3", "Three")),
        group("c", "C", group("d", "D", asked("4", "Four"))),
    )
    assert drawn(definition) == ["[A]", "One", "[B]", "Two", "[A]", "Three", "C", "[D]", "Four"]


def test_heading_of_a_group_without_questions_is_a_text():
    definition = read(
        group("a", "About this form", display("d", "It takes a minute.")), asked("1", "One"), group("z", "End")
    )
    assert drawn(definition) == ["About this form", "It takes a minute.", "One", "End"]


def test_description_is_for_authors_and_not_shown_to_patients():
    definition = read(asked("1"), description="Scored: 1-5, critical from 4.")
    assert (definition.instruction, definition.note) == ("", "Scored: 1-5, critical from 4.")


def test_help_below_a_choice_is_its_help():
    assert read(asked("1", item=[HELP])).items[0].hint == "Count naps as well"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (
            asked("1", item=[HELP, asked("2", "Which?")]),
            "has questions under it, such as “Which?” (2), which is not understood here.",
        ),
        (question("A?", linkId="1", answerOption=[option("No", 0)]), "has only one answer to choose from in the file."),
        (question("A?", linkId="1", answerOption=[]), "has no answers to choose from in the file."),
        (asked("1", type="open-choice"), "is of the type “open-choice”; only single choices can be scored."),
    ],
)
def test_refusal_gives_the_true_reason_and_the_place(item, reason):
    assert refusals(item) == [f"“{item['text']}” (1) {reason}"]


NUMBERS, TEXTS, TIMES = ["decimal", "integer", "quantity"], ["string", "text", "url"], ["dateTime", "time"]
NOBODY = "nobody can be asked for a time of the day"
UNASKED = [
    ({"readOnly": True}, "it is read-only, so that nobody answers it"),
    (
        {"enableWhen": [{"question": "x"}]},
        "it depends on “x”, which is no choice of one answer that is asked before it",
    ),
    ({"repeats": True}, "it may be answered more than once"),
    ({"initial": [{"valueString": "x"}]}, "an answer is there from the start"),
]


@pytest.mark.parametrize(
    ("kind", "more", "reason"),
    [
        *((kind, more, reason) for kind in [*NUMBERS, *TEXTS, "date"] for more, reason in UNASKED),
        *((kind, {}, NOBODY) for kind in TIMES),
        *((kind, {"text": "Total"}, "it is taken for a total, which nobody types") for kind in NUMBERS),
    ],
)
def test_item_that_nobody_answers_here_is_left_out_with_the_true_reason(kind, more, reason):
    item = {"linkId": "t", "type": kind, "text": "When?", **more}
    definition = read(asked("1"), item)
    assert ([item.code for item in definition.items], definition.score_range) == (["1"], (0, 3))
    assert definition.exchange.notes == (f"“{item['text']}” (t) is left out: {reason}.", ADDED_UP)


def test_file_of_nothing_but_totals_is_refused_with_what_was_left_out():
    assert refusals(total()) == [
        *("The Questionnaire has no question that can be used.",),
        "“Total” (total) is left out: it is taken for a total, which nobody types.",
    ]


@pytest.mark.parametrize("name", ["#yn", "http://x.org/yn", "http://x.org/yn|2"])
def test_contained_value_set_is_found_by_its_id_and_by_its_address(name):
    """lforms' argonaut-phq9-ish names its value set by the address."""
    concepts = [{"code": "LA6568-5", "display": "No"}, {"code": "LA6569-3", "display": "Yes"}]
    compose = {"include": [{"system": LOINC, "concept": concepts}]}
    value_set = {"resourceType": "ValueSet", "id": "yn", "url": "http://x.org/yn", "version": "2", "compose": compose}
    item = {"linkId": "1", "type": "choice", "text": "Well?", "answerValueSet": name}
    definition = read(item, contained=[value_set])
    assert [(each.text, each.loinc) for each in definition.items[0].options] == [
        ("No", "LA6568-5"),
        ("Yes", "LA6569-3"),
    ]
    assert definition.exchange.items["1"].options == (Code("LA6568-5", LOINC), Code("LA6569-3", LOINC))


def test_what_other_programs_call_the_parts_is_kept():
    answers = [{"valueInteger": 0}, {"valueInteger": 1}]
    items = [
        asked(
            "/44250-9",
            "Interest",
            code=[{"system": LOINC, "code": "44250-9", "display": "Little interest"}],
            prefix="1.",
        ),
        question("Sure?", linkId="/i", answerOption=answers, prefix="2."),
        {"linkId": "/b", "type": "boolean", "text": "Help?", "prefix": "3."},
        total(code=[{"system": LOINC, "code": "44261-6"}]),
    ]
    exchange = read(*items, url="http://x.org/phq", version="1.2", code=[{"system": LOINC, "code": "44249-1"}]).exchange
    assert (exchange.url, exchange.version, exchange.codes) == ("http://x.org/phq", "1.2", (Code("44249-1", LOINC),))
    assert exchange.items == {
        "1": ExchangeItem("/44250-9", (Code("44250-9", LOINC),), exchange.items["1"].options),
        "2": ExchangeItem("/i", (), (Code("0", kind="integer"), Code("1", kind="integer"))),
        "3": ExchangeItem("/b"),
    }
    assert [(part.link_id, part.type, part.codes) for part in exchange.others] == [
        ("total", "decimal", (Code("44261-6", LOINC),))
    ]


@pytest.mark.parametrize(
    ("items", "shown"),
    [
        ([asked("a", "1. Apples?"), asked("b", "2) Pears?")], [("1", "Apples?"), ("2", "Pears?")]),
        (
            [asked("a", "1. Apples?", prefix="1."), asked("b", "Pears?", prefix="2.")],
            [("1", "Apples?"), ("2", "Pears?")],
        ),
        ([asked("a", "Apples?", prefix="Q 1 (a):")], [("Q 1 (a)", "Apples?")]),
        (
            [asked("a", "Apples?", prefix="a)"), asked("b", "Pears?", prefix="a)")],
            [("1", "a) Apples?"), ("2", "a) Pears?")],
        ),
        ([asked("a", "Apples?", prefix="1."), asked("b", "Pears?")], [("1", "Apples?"), ("2", "Pears?")]),
        ([asked("a", "2 apples?"), asked("b", "2.5 pears?")], [("1", "2 apples?"), ("2", "2.5 pears?")]),
    ],
)
def test_number_of_an_item_is_shown_once(items, shown):
    assert [(item.code, item.text) for item in read(*items).items] == shown


def test_texts_are_never_cut():
    long = "x" * 1500
    definition = read(asked("1", long), display("d", long), group("g", long, asked("2")), copyright=long * 3)
    assert (definition.items[0].text, definition.displays[0].text) == (long, long)
    assert (definition.sections[0].title, definition.licence) == (long, long * 3)
    assert refusals(asked("1"), title="x" * 151) == ["title: This must be one line of at most 150 characters."] * 1


def test_points_of_a_coding_and_whole_numbers_count():
    weight = "http://hl7.org/fhir/StructureDefinition/itemWeight"
    codings = [{"valueCoding": {"display": text, "extension": [{"url": weight, "valueDecimal": points}]}}
               for text, points in (("No", 0.5), ("Yes", 2))]  # fmt: skip
    whole = [{"valueInteger": number} for number in (1, 5)]
    definition = read(question("A?", answerOption=codings), question("B?", answerOption=whole))
    assert (definition.score_range, score(definition, {"1": 2, "2": 5}).total) == ((1.5, 7), 7)
