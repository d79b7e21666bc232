"""What a column of a file of assessments can be taken for."""

from collections.abc import Iterable

from clinic.imports.fields import IGNORED, USER, Target
from clinic.instruments.definitions import Definition

PATIENT, INSTRUMENT, VERSION, DATE = "patient", "instrument", "version", "date"
TOTAL, ANSWERED_BY, TOGETHER = "total", "answered_by", "together"
ITEM, VALUE, WORDS = "item", "value", "words"
OF_ITEM = "item-"  # before an item's code: the column has the answers to that item
LABELS = {
    PATIENT: "Patient’s number",
    DATE: "Date given",
    INSTRUMENT: "Questionnaire",
    VERSION: "Version of the questionnaire",
    USER: "Practitioner",
    ANSWERED_BY: "Who answered",
    TOTAL: "Total, to be compared",
    ITEM: "Which item a row answers",
    VALUE: "The answer of a row",
    WORDS: "The answer of a row in words",
    TOGETHER: "Which rows belong together",
}
LONGEST_TEXT = 80


def targets(definitions: Iterable[Definition]) -> list[Target]:
    """Everything that a column can be taken for; of several questionnaires' items the code says which is meant."""
    known = list(definitions)
    found = [Target(*pair) for pair in LABELS.items()]
    codes = {code: item for definition in known for code, item in definition.by_code.items() if not item.source}
    for code, item in codes.items():
        text = f": {item.text}" if len(known) == 1 else ""
        found.append(Target(f"{OF_ITEM}{code}", f"Item {code}{text}"[:LONGEST_TEXT]))
    return found


def is_item(target: str) -> bool:
    return target.startswith(OF_ITEM)


def takes_several(target: str) -> bool:
    """Whether several columns may be taken for it."""
    return target in ("", IGNORED)
