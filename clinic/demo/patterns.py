"""What the patients of a filled clinic answered: invented responses to real instruments, scored as everybody's are.

There are a few for each height of the total, and rows repeat them: who is drawn and how they did is in `courses.py`.
"""

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from clinic.assessments.alerts.actions import said_of
from clinic.assessments.models import Assessment, AssessmentStatus
from clinic.assessments.models.alerts import Channel
from clinic.assessments.record.results import Person, note_result, score_responses
from clinic.demo.assessments import SCHEMES, invented_assessment
from clinic.demo.copied import copied
from clinic.instruments.definitions import ENGLISH, Definition
from clinic.instruments.files.toml import newest, shipped
from clinic.instruments.items.parts import Answer, Item

# By weight: how many courses follow each. None of them is scored by sex or age.
INSTRUMENTS = {"phq-9": 8, "gad-7": 6, "pcl-5": 2, "k10": 2, "gds-15": 1}
FROM_AGE = {"gds-15": 65}
HEIGHTS, EACH = 25, 4  # how many heights of a total are drawn, and how often each
FREE = 48  # invented assessments without an instrument
NOBODY = Person("unknown", None)
# What is not a completed questionnaire: how many of its items are answered, in tenths, and what became of it.
UNFINISHED = (
    (0, AssessmentStatus.PLANNED), (4, AssessmentStatus.IN_PROGRESS), (7, AssessmentStatus.IN_PROGRESS),
    (8, AssessmentStatus.COMPLETED), (9, AssessmentStatus.COMPLETED), (2, AssessmentStatus.CANCELLED),
)  # fmt: skip
COLUMNS = (
    "type", "questions", "score", "instrument", "instrument_version", "language", "status", "answers", "answered",
    "score_low", "score_high", "band", "severity", "results",
)  # fmt: skip


class RaisedAlert(NamedTuple):
    rule: str
    severity: int
    points: Decimal
    answer: str
    text: str


class Pattern(NamedTuple):
    """What was answered once. `columns` is the text of COLUMNS for COPY, `share` the score's place in its range."""

    instrument: str
    title: str
    status: str
    score: Decimal | None
    share: float
    band: str
    severity: int | None
    columns: str
    alerts: tuple[RaisedAlert, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is among its patient's results."""
        return bool(self.instrument) and self.score is not None

    @property
    def is_made(self) -> bool:
        return self.status == AssessmentStatus.COMPLETED


def responses(random: Random, definition: Definition, height: float) -> Iterator[tuple[str, Answer]]:
    """A response to each item that counts, about as high as asked for; those that raise an alert are rarer."""
    rare = {rule.item for rule in definition.alerts}
    for item in definition.items:
        if item.scored:
            answers = sorted(item.answers, key=_points_of(item))
            top = len(answers) - 1
            place = random.gauss(height * (top + 0.9) - 0.45 - (item.code in rare) * 1.4, top / 6)
            yield item.code, answers[min(top, max(0, round(place)))]


def scored_patterns(random: Random, definition: Definition) -> list[Pattern]:
    """Complete patterns with an instrument from the lowest total to the highest."""
    heights = [(number + 0.5) / HEIGHTS for number in range(HEIGHTS) for _ in range(EACH)]
    drawn = [_pattern(definition, dict(responses(random, definition, height))) for height in heights]
    return sorted(drawn, key=lambda one: one.share)


def unfinished_patterns(random: Random, definition: Definition) -> list[Pattern]:
    drawn = []
    for tenths, status in UNFINISHED:
        given = list(responses(random, definition, 0.4))
        drawn.append(_pattern(definition, dict(given[: len(given) * tenths // 10]), status))
    return drawn


def free_patterns(random: Random) -> dict[str, list[Pattern]]:
    """Patterns without an instrument by type, the lowest total first."""
    found: dict[str, list[Pattern]] = {kind: [] for kind in SCHEMES}
    for _ in range(FREE):
        one = invented_assessment(random)
        questions, answers = SCHEMES[one.type]
        assessment = Assessment(type=one.type, questions=one.questions, score=Decimal(one.score))
        share = one.score / (len(questions) * (len(answers) - 1))
        found[one.type].append(
            Pattern(
                "", assessment.type_label, assessment.status, assessment.score, share, "", None, _columns(assessment)
            )
        )
    return {kind: sorted(patterns, key=lambda each: each.share) for kind, patterns in found.items() if patterns}


def definitions() -> dict[str, Definition]:
    """The instruments that a filled clinic uses."""
    known = newest(shipped())
    return {name: known[name] for name in INSTRUMENTS}


def _points_of(item: Item) -> Any:
    return lambda answer: item.amount(answer) * item.weight


def _pattern(definition: Definition, given: dict[str, Answer], status: str = AssessmentStatus.COMPLETED) -> Pattern:
    assessment = Assessment(
        type=definition.type, instrument=definition.id, instrument_version=definition.version, language=ENGLISH,
        status=status,
    )  # fmt: skip
    result = score_responses(definition, given, NOBODY, kept={})
    note_result(assessment, given, result, NOBODY)
    share = 0.0
    if assessment.score is not None:
        share = round(float(round((assessment.score - definition.low) / (definition.high - definition.low), 4)), 3)
    alerts = tuple(
        RaisedAlert(rule.code, rule.severity, **said_of(rule, definition, given, result, Channel.STAFF))
        for rule in result.alerts
    )
    return Pattern(
        definition.id, definition.title, status, assessment.score, share, assessment.band, assessment.severity,
        _columns(assessment), alerts,
    )  # fmt: skip


def _columns(assessment: Assessment) -> str:
    return "\t".join(copied(getattr(assessment, name)) for name in COLUMNS)
