"""FHIR Questionnaires that are refused, each beside the nearest that gives an instrument, and what is said."""

from tests.instruments.broken_files import EMPTY_GROUP, nested, option, question, questionnaire, questions

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
CORE = "http://hl7.org/fhir/StructureDefinition/"
HELP = {"linkId": "h", "type": "display", "text": "Think of today"}
STRANGE = {"url": "http://example.org/odd", "valueString": "x"}
GROUP = {"linkId": "g", "type": "group", "text": "Sleep", "item": [question("A?")]}
HALF = [option("No", 0), {"valueCoding": {"display": "Yes"}}]
UNDERSTOOD = "which is not understood here"
VALUES = "http://example.org/yes-no"


def by_formula(name):
    """An extension that holds a formula."""
    value = {"language": "text/fhirpath", "expression": "%b = 1"}
    return {"extension": [{"url": f"{SDC}{name}", "valueExpression": value}]}


def hidden(value):
    return {"extension": [{"url": f"{CORE}questionnaire-hidden", "valueBoolean": value}]}


def also(text, points):
    """An option whose coding has one point, too."""
    coding = {"display": text, "extension": [{"url": f"{CORE}itemWeight", "valueDecimal": 1}]}
    return option(text, points) | {"valueCoding": coding}


def concepts(*codes):
    return [{"code": code, "display": code.upper()} for code in codes]


def with_set(name="#yn", url=None, **value_set):
    """A question whose answers are in a contained value set."""
    contained = {"resourceType": "ValueSet", "id": "yn", "version": "2", **({"url": url} if url else {}), **value_set}
    item = {"linkId": "A?", "type": "choice", "text": "A?", "answerValueSet": name}
    return questionnaire(item, contained=[contained])


def composed(name="#yn", url=None, include=(), **compose):
    listed = {"system": "http://example.org/s", "concept": concepts("a", "b")}
    return with_set(name, url, compose={"include": [listed, *include], **compose})


def expanded(*more, **expansion):
    return with_set(expansion={"contains": [*concepts("a", "b"), *more], **expansion})


def scored_system(url):
    """A value set without points, and a contained CodeSystem that may have them."""
    item = {"linkId": "A?", "type": "choice", "text": "A?", "answerValueSet": "#yn"}
    listed = {"include": [{"system": "s", "concept": concepts("a", "b")}]}
    system = {"resourceType": "CodeSystem", "concept": [{"code": "a", "extension": [{"url": url, "valueDecimal": 1}]}]}
    return questionnaire(item, contained=[{"resourceType": "ValueSet", "id": "yn", "compose": listed}, system])


def levels(count):
    """Lists within lists, that many."""
    return [levels(count - 1)] if count > 1 else []


SOUND = questionnaire(question("A?"))
TYPES = "only single choices can be scored."
NOT_BEFORE = "which is no choice of one answer that is asked before it."
WHOLE_NUMBERS = question("How many?", linkId="n", answerOption=[{"valueInteger": number} for number in range(3)])
MANY = question("Which?", linkId="m", answerOption=[{"valueString": text} for text in "AB"])
CODED = [{"valueCoding": {"code": code, "display": code.upper()}} for code in "ab"]
UNSCORED = question("Which?", linkId="u", answerOption=CODED)


def when(link, operator="=", **answer):
    return {"enableWhen": [{"question": link, "operator": operator, **answer}]}


def coded(code, link="u", operator="="):
    return when(link, operator, answerCoding={"code": code})


def after(first, allowed, refused, said):
    """Two files in which a question depends on the one before it."""
    return questionnaire(first, question("A?", **allowed)), questionnaire(first, question("A?", **refused)), said


def conditional_group(own, around=None):
    """A group that depends on answers, with a question that does so by itself."""
    around = around or coded("a")
    inner = {"linkId": "g", "type": "group", "text": "More", "item": [question("A?", **own)], **around}
    return questionnaire(UNSCORED, inner)


def ends_with_text():
    """A text after the last question of a group that depends on answers would be shown to everybody."""
    inner = {"linkId": "g", "type": "group", "text": "More", "item": [HELP | {"linkId": "t"}, question("A?"), HELP]}
    return questionnaire(UNSCORED, inner | coded("a"))


BOTH = {"enableWhen": [*coded("a")["enableWhen"], *coded("b")["enableWhen"]]}
# Name, a file that is accepted, one that is refused, and what is said.
WHOLE = [
    (SOUND, b'{"resourceType": "Patient"}', ["This is not a FHIR Questionnaire."]),
    (SOUND, questionnaire(), ["The Questionnaire has no question that can be used."]),
    (nested(6), nested(7), ["The Questionnaire is nested too deeply or too long."]),
    (questionnaire(*questions(200), EMPTY_GROUP), questionnaire(*questions(201), EMPTY_GROUP),
     ["The Questionnaire is nested too deeply or too long."]),
    (questionnaire(*questions(200)), questionnaire(*questions(201)), ["items: This must be a list of at most 200."]),
    (nested(6), nested(40), ["The file is nested too deeply."]),
    (SOUND, SOUND.replace(b'"Mood"', b'"Mood", "title": "Mood"'), ["The file is not JSON that can be read."]),
    (questionnaire(question("A?"), contained=[{"more": levels(57)}]),
     questionnaire(question("A?"), contained=[{"more": levels(58)}]),
     ["The file is nested too deeply."]),
    (questionnaire(question("A?"), status="active"), questionnaire(question("A?"), implicitRules="http://x"),
     [f"The Questionnaire has “implicitRules”, {UNDERSTOOD}."]),
    (SOUND, questionnaire(question("A?"), title=5), [f"The Questionnaire has “title”, {UNDERSTOOD}."]),
    (questionnaire(question("A?"), extension=[]), questionnaire(question("A?"), extension=[STRANGE]),
     [f"The Questionnaire has “http://example.org/odd”, {UNDERSTOOD}."]),
    (SOUND, questionnaire(question("A?"), modifierExtension=[STRANGE]),
     ["The Questionnaire has a modifierExtension (“http://example.org/odd”), which changes what it means."]),
    (SOUND, questionnaire(question("A?"), contained=[{"resourceType": "Library", "modifierExtension": [STRANGE]}]),
     ["The Questionnaire has a modifierExtension (“http://example.org/odd”), which changes what it means."]),
    (questionnaire(question("A?"), question("B?")), questionnaire(question("A?"), question("B?", linkId="A?")),
     ["“B?” (A?) has the linkId of an earlier part of the file."]),
]  # fmt: skip

ITEMS = [
    (question("A?", repeats=False), question("A?", repeats=True),
     ["“A?” may be answered more than once, and its answers have points."]),
    (GROUP | {"repeats": False}, GROUP | {"repeats": True}, ["“Sleep” (g) may be answered more than once."]),
    (question("A?", enableWhen=[]), question("A?", enableWhen=[{}]), [f"“A?” depends on “”, {NOT_BEFORE}"]),
    (question("A?"), question("A?", **by_formula("sdc-questionnaire-enableWhenExpression")),
     ["“A?” has “sdc-questionnaire-enableWhenExpression”: it depends on other answers by a formula."]),
    (GROUP, GROUP | by_formula("sdc-questionnaire-enableWhenExpression"),
     ["“Sleep” (g) has “sdc-questionnaire-enableWhenExpression”: it depends on other answers by a formula."]),
    (question("A?", **hidden(False)), question("A?", **hidden(True)),
     ["“A?” has “questionnaire-hidden”: it is hidden."]),
    (question("A?"), question("A?", initial=[{"valueBoolean": True}]),
     ["“A?” has “initial”: an answer is there from the start."]),
    (question("A?"), question("A?", **by_formula("sdc-questionnaire-initialExpression")),
     ["“A?” has “sdc-questionnaire-initialExpression”: an answer is there from the start."]),
    (question("A?", readOnly=False), question("A?", readOnly=True), ["“A?” is read-only: nobody answers it."]),
    (question("A?"), question("A?", modifierExtension=[STRANGE]),
     ["“A?” has a modifierExtension (“http://example.org/odd”), which changes what it means."]),
    (question("A?"), question("A?", extension=[STRANGE]), [f"“A?” has “http://example.org/odd”, {UNDERSTOOD}."]),
    (question("A?"), question(" ", linkId="a"), ["“a” has no text."]),
    (question("A?", answerConstraint="optionsOnly"), question("A?", answerConstraint="optionsOrType"),
     [f"“A?” has “answerConstraint”, {UNDERSTOOD}."]),
    (question("A?"), question("A?", disabledDisplay="hidden"), [f"“A?” has “disabledDisplay”, {UNDERSTOOD}."]),
    (question("A?"), question("A?", _text={"extension": [STRANGE]}),
     [f"“A?” has “http://example.org/odd”, {UNDERSTOOD}."]),
    (question("A?", _text={"id": "x"}), question("A?", _text={"odd": 1}), [f"“A?” has “_text.odd”, {UNDERSTOOD}."]),
    (question("A?", extension=[]), question("A?", extension={}), [f"“A?” has “extension”, {UNDERSTOOD}."]),
    (question("A?", type="coding"), question("A?", type="open-choice"),
     [f"“A?” is of the type “open-choice”; {TYPES}"]),
    (question("A?"), question("A?", type="question"), [f"“A?” is of the type “question”; {TYPES}"]),
    (question("A?", item=[HELP]), question("A?", item=[question("B?")]),
     [f"“A?” has questions under it, such as “B?”, {UNDERSTOOD}."]),
    (question("A?"), question("A?", answerOption=[]), ["“A?” has no answers to choose from in the file."]),
    (question("A?"), question("A?", answerOption=[option("No", 0)]),
     ["“A?” has only one answer to choose from in the file."]),
    (question("A?"), question("A?", answerOption=[option("No", 0), option("", 1)]),
     ["“A?” has an answer without words."]),
    (question("A?"), question("A?", answerOption=HALF), ["“A?”: some answers have points and others have none."]),
    (question("A?"), question("A?", answerOption=[option("No", 0), option("Yes", 1) | {"initialSelected": True}]),
     ["“A?” has an answer that is chosen from the start (“initialSelected”)."]),
    (question("A?"), question("A?", answerOption=[option("No", 0), option("Yes", 1) | {"odd": 1}]),
     [f"“A?”: an answer or its value set has “odd”, {UNDERSTOOD}."]),
    (question("A?"), question("A?", answerOption=[option("No", 0), option("Yes", 1e6)]),
     ["“A?”: the points of “Yes” are not a number of at most 100,000 with at most two decimal places."]),
    (question("A?", answerOption=[option("No", 0), also("Yes", 1)]),
     question("A?", answerOption=[option("No", 0), also("Yes", 2)]),
     ["“A?”: “Yes” has two different numbers of points."]),
    (question("A?"), question("A?", answerValueSet="#yn"), ["“A?” has both answers of its own and a value set."]),
]  # fmt: skip

DISPLAYS = [
    (HELP, HELP | {"text": " "}, ["“h” is a text without words."]),
    (HELP, HELP | {"item": [question("B?")]}, [f"“Think of today” (h) has questions under it, {UNDERSTOOD}."]),
    (HELP, HELP | {"enableWhen": [{}]}, [f"“Think of today” (h) depends on other answers, {UNDERSTOOD} of a text."]),
]

CONDITIONS = [
    after(UNSCORED, coded("a"), coded("a", "A?"), [f"“A?” depends on “A?”, {NOT_BEFORE}"]),
    after(MANY | {"repeats": True}, {}, when("m", answerString="A"),
          ["“A?” depends on “m”, a choice of several answers: only one answer of a list, or yes or no, decides what is "
           "asked."]),
    after(UNSCORED, coded("b"), coded("c"), [f"“A?” depends on “u” by “=” with an answer that {UNDERSTOOD[6:]}."]),
    after(UNSCORED, coded("b"), coded("b", operator="~"),
          [f"“A?” depends on “u” by “~” with an answer that {UNDERSTOOD[6:]}."]),
    after(UNSCORED, when("u", "exists", answerBoolean=True), when("u", "exists", answerInteger=1),
          [f"“A?” depends on “u” by “exists” with an answer that {UNDERSTOOD[6:]}."]),
    after(WHOLE_NUMBERS, when("n", ">", answerInteger=0), coded("b", "n", ">"),
          [f"“A?” depends on “n” by “>” with an answer that {UNDERSTOOD[6:]}."]),
    after(UNSCORED, coded("a"), when("u", ">", answerInteger=0),
          [f"“A?” depends on “u” by “>” with an answer that {UNDERSTOOD[6:]}."]),
    after(UNSCORED, coded("a"), when("u", answerDate="2026-01-01"),
          [f"“A?” has a condition with “answerDate”, {UNDERSTOOD}."]),
    after(UNSCORED, BOTH | {"enableBehavior": "any"}, BOTH,
          ["“A?” has several conditions, and does not say whether all must be met (“enableBehavior”)."]),
    (conditional_group(coded("a")), ends_with_text(),
     [f"“More” (g) ends with a text that depends on other answers, {UNDERSTOOD}."]),
    (conditional_group(coded("a")), conditional_group(coded("a"), BOTH | {"enableBehavior": "any"}),
     [f"“A?” has conditions beside those of its group, of which one is enough, {UNDERSTOOD}."]),
]  # fmt: skip

SETS = [
    (composed(), composed("#no"), ["“A?” takes its answers from “#no”, which is not in the file."]),
    (composed(VALUES, VALUES), composed(VALUES),
     [f"“A?” takes its answers from “{VALUES}”, which is not in the file."]),
    (composed(f"{VALUES}|2", VALUES), composed(f"{VALUES}|3", VALUES),
     [f"“A?” takes its answers from “{VALUES}|3”, which is not in the file."]),
    (composed(), composed(include=[{"system": "http://loinc.org"}]),
     ["“A?”: the value set takes answers of “http://loinc.org” without naming each."]),
    (composed(), composed(include=[{"valueSet": ["http://x"], "concept": concepts("c")}]),
     [f"“A?”: an answer or its value set has “valueSet”, {UNDERSTOOD}.",
      "“A?”: the value set takes answers of “another value set” without naming each."]),
    (composed(exclude=[]), composed(exclude=[{"system": "s", "concept": concepts("b")}]),
     [f"“A?”: the value set has “exclude”, {UNDERSTOOD}."]),
    (expanded({"code": "c", "abstract": False}), expanded({"code": "c", "abstract": True}),
     ["“A?”: “c” of the value set is a heading, or no answer any more."]),
    (expanded(), expanded({"code": "c", "display": "Heading", "contains": concepts("d")}),
     ["“A?”: “Heading” of the value set is a heading, or no answer any more."]),
    (expanded(total=2), expanded(total=3), ["“A?”: the file has only a part of the value set."]),
    (expanded(offset=0), expanded(offset=2), ["“A?”: the file has only a part of the value set."]),
    (scored_system("http://example.org/colour"), scored_system(f"{CORE}ordinalValue"),
     [f"“A?”: the points are in a CodeSystem, {UNDERSTOOD}."]),
]  # fmt: skip

QUESTIONNAIRES = [
    ("a.json", allowed, refused, said)
    for allowed, refused, said in [
        *WHOLE,
        *[(questionnaire(allowed), questionnaire(refused), said) for allowed, refused, said in ITEMS],
        *[
            (questionnaire(question("A?"), allowed), questionnaire(question("A?"), refused), said)
            for allowed, refused, said in DISPLAYS
        ],
        *SETS,
        *CONDITIONS,
    ]
]
