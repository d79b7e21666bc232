"""Invented assessments for demonstrations, one scheme for each type."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class InventedAssessment:
    """One assessment: its type, its questions with answers, and the total of their points."""

    type: str
    questions: list[dict[str, str]]
    score: int


AGREEMENT = ("Not at all", "A little", "Quite a bit", "Very much")
HELP = ("Cannot", "With much help", "With a little help", "Alone")
SCHEMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "cognitive_status": (
        (
            "Names today's date",
            "Repeats three words",
            "Counts back from 20",
            "Names common things",
            "Recalls the words",
        ),
        ("No", "With prompting", "Yes"),
    ),
    "physical": (
        ("Walks indoors", "Climbs a flight of stairs", "Rises from a chair", "Reaches above the head"),
        HELP,
    ),
    "mental_health": (
        ("Felt low this week", "Slept badly", "Worried a lot", "Lost interest in things", "Felt tired"),
        AGREEMENT,
    ),
    "functional_ability": (
        ("Washes", "Dresses", "Prepares a meal", "Does the shopping", "Takes medicines"),
        HELP,
    ),
    "social_support": (
        (
            "Has someone to talk to",
            "Sees friends or family weekly",
            "Has help when ill",
            "Feels part of a community",
        ),
        AGREEMENT,
    ),
}


def invented_assessment(random: Random) -> InventedAssessment:
    kind = random.choice(list(SCHEMES))
    questions, answers = SCHEMES[kind]
    tendency = random.random() * (len(answers) - 1)
    points = [min(len(answers) - 1, max(0, round(random.gauss(tendency, 0.8)))) for _ in questions]
    rows = [{"question": question, "answer": answers[point]} for question, point in zip(questions, points, strict=True)]
    return InventedAssessment(kind, rows, sum(points))
