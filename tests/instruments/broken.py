"""A sound definition that uses every part of a file, and its copies with something changed."""

from copy import deepcopy
from decimal import Decimal

from clinic.instruments.parsing import definition_of
from clinic.instruments.reading import Faults

GONE = object()
TENTHS = Decimal("9.9")


def row(low, high, points):
    return {"from": low, "to": high, "points": points}


def options(count):
    return [{"points": points, "text": f"Answer {points}"} for points in range(count)]


SOUND = {
    "id": "sound",
    "version": "1",
    "title": "Sound",
    "name": "Sound in every part",
    "type": "physical",
    "answered_by": "patient",
    "instruction": "In the last week:",
    "source": "Made up",
    "licence": "Nobody's",
    "licence_class": "free",
    "note": "A note",
    "asked": {"youngest": 18, "oldest": 65, "sexes": ["female", "male"], "caution": "Careful"},
    "loinc": {"panel": "44249-1", "total": "44261-6"},
    "scoring": {"rule": "sum", "minimum": 0, "maximum": 5, "multiply": 1, "pattern": "Enough"},
    "options": {"often": [{"points": points, "text": f"Often {points}", "loinc": "LA6568-5"} for points in range(3)]},
    "items": [
        {"code": "1", "text": "First", "options": "often", "hint": "Ask twice", "loinc": "44250-9"},
        {"code": "2", "text": "Second", "options": "often", "reversed": True, "weight": 1},
        {"code": "3", "text": "Third", "options": options(2), "scored": True, "sexes": ["female", "male", "other"]},
        {
            "code": "4", "text": "Pulse",
            "measure": {"unit": "a minute", "ucum": "/min", "minimum": 0, "maximum": 99, "decimals": 0,
                        "points": [row(0, 49, 0), row(50, 99, 1)]},
        },
        {
            "code": "5", "text": "Heat", "sexes": ["female"],
            "measure": {"minimum": 0, "maximum": TENTHS, "decimals": 1, "tables": [
                {"when": {"3": 0}, "points": [row(0, Decimal("4.9"), 0), row(5, TENTHS, 1)]},
                {"when": {"3": 1}, "points": [row(0, Decimal("4.9"), 1), row(5, TENTHS, 0)]},
            ]},
        },
        {"code": "6", "text": "Age", "scored": False, "source": "age", "measure": {"minimum": 0, "maximum": 130}},
        {"code": "7", "text": "Whom?", "kind": "text", "asked_if": {"behaviour": "any", "conditions": [
            {"item": "1", "operator": "=", "answer": 2}, {"item": "2", "operator": ">", "answer": 0}]}},
        {"code": "8", "text": "Which?", "scored": False, "options": [
            {"points": 0, "text": "Answer 0", "code": "a"}, {"points": 0, "text": "Answer 1", "code": "b"}],
         "asked_if": {"counts_as": 0, "conditions": [{"item": "3", "operator": "exists", "answer": True}]},
         "sexes": ["female"]},
    ],
    "sections": [
        {"title": "Most", "items": ["1", "2"], "counts": "highest"},
        {"title": "Rest", "items": ["3"], "counts": "sum"},
    ],
    "subscales": [{"code": "A", "title": "Scale", "items": ["1", "2"], "at_least": 1, "needs": 2}],
    "bands": [
        {"from": 0, "to": 2, "word": "Low", "severity": 1},
        {"from": 3, "to": 4, "word": "High", "severity": 2},
        {"from": 5, "to": 5, "word": "Highest", "severity": 3},
        {"from": 0, "to": 2, "word": "One high", "severity": 2, "any_item": 2},
    ],
    "cutoffs": [{"positive_from": 3, "uncertain_from": 2}],
    "alerts": [
        {"code": "item", "text": "Look", "severity": 4, "item": "1", "at_least": 2},
        {"code": "band", "text": "Look", "severity": 4, "band": "High"},
        {"code": "any", "text": "Look", "severity": 4, "any_item": 2},
    ],
    "displays": [{"text": "Now think of today", "before": "3", "above_heading": True}, {"text": "Thank you"}],
    "exchange": {
        "url": "http://example.org/sound", "version": "1.1", "notes": ["The total is left out."],
        "codes": [{"code": "x", "system": "http://example.org/codes", "kind": "coding"}],
        "items": {"1": {"link_id": "/1", "codes": [{"code": "first"}],
                        "options": [{"code": str(points), "kind": "integer"} for points in range(3)]}},
        "others": [{"link_id": "/t", "type": "decimal", "text": "Total", "codes": [{"code": "total"}]}],
    },
    "change": {"case_from": 3, "remission_below": 2, "reliable": 2, "source": "Made up"},
    "translations": {
        "de": {
            "title": "Heil", "instruction": "In der letzten Woche:", "source": "Erfunden",
            "items": {str(number): f"Frage {number}" for number in range(1, 9)},
            "options": {text: f"({text})" for text in
                        ("Often 0", "Often 1", "Often 2", "Answer 0", "Answer 1")},
        }
    },
}  # fmt: skip


def step(part, name):
    """The key or index that a word of a path stands for."""
    return int(name) if isinstance(part, list) else name


def part_at(data, path):
    for name in path.split(".") if path else ():
        data = data[step(data, name)]
    return data


def changed(changes):
    """SOUND with other values at dotted paths; GONE takes a part away."""
    data = deepcopy(SOUND)
    for path, value in changes.items():
        above, _, name = path.rpartition(".")
        part = part_at(data, above)
        if value is GONE:
            del part[step(part, name)]
        elif isinstance(part, list) and int(name) == len(part):
            part.append(value)
        else:
            part[step(part, name)] = value
    return data


def faults(data):
    """What the checker says of the data, in its own words."""
    try:
        definition_of(data)
    except Faults as error:
        return [str(fault) for fault in error.faults]
    return []
