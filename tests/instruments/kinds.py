"""An instrument with a question of every kind, for the pages and the API."""

FREQUENCY = [{"points": 0, "text": "Never"}, {"points": 1, "text": "Often"}]
EQUAL = [
    {"points": 0, "text": "No", "code": "no"},
    {"points": 0, "text": "Not sure", "code": "unsure"},
    {"points": 2, "text": "Yes", "code": "yes"},
]
MANY = [{"points": number, "text": text} for number, text in enumerate(("Wine", "Beer", "Spirits"))]
EVERY_KIND = {
    "title": "Every kind",
    "name": "A question of every kind",
    "type": "other",
    "answered_by": "patient",
    "source": "Made up",
    "licence": "Nobody's",
    "licence_class": "free",
    "scoring": {"minimum": 0, "maximum": 3},
    "items": [
        {"code": "1", "text": "How often?", "options": FREQUENCY},
        {"code": "2", "text": "Any harm?", "options": EQUAL},
        {"code": "3", "text": "Of what?", "kind": "several", "options": MANY},
        {"code": "4", "text": "Tell us more", "kind": "text"},
        {"code": "5", "text": "Since when?", "kind": "date"},
        {"code": "6", "text": "Do you drive?", "kind": "yes_no"},
        {"code": "7", "text": "Weight", "scored": False, "measure": {"unit": "kg", "minimum": 20, "maximum": 300}},
    ],
}
for item in EVERY_KIND["items"][1:]:  # type: ignore[index]
    item["asked_if"] = {"conditions": [{"item": "1", "operator": "=", "answer": 1}]}
# What is stored of an answer to each item, and what people read.
ANSWERS = {"1": 1, "2": "unsure", "3": [0, 2], "4": "At home.\nAlone.", "5": "2026-02-01", "6": False, "7": 71}
WORDS = ["Often", "Not sure", "Wine; Spirits", "At home.\nAlone.", "1 February 2026", "No", "71 kg"]
