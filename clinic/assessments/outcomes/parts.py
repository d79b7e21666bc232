"""The parts of the page, each a tab: what it is called, what it needs besides the page, and its tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from clinic.access import Permission
from clinic.assessments.outcomes import groups, measured, outcome, thought, weeks
from clinic.assessments.outcomes.asking import Asked
from clinic.assessments.outcomes.page import address
from clinic.assessments.outcomes.sheets import Sheet
from clinic.instruments.change import Change

OUTCOME = ""


@dataclass(frozen=True)
class Part:
    title: str
    sheets: Callable[[Asked, Change, QueryDict], Sequence[Sheet]]
    needs: Permission = Permission.ASSESSMENTS_VIEW


PARTS = {
    OUTCOME: Part("Outcome", outcome.outcome),
    "course": Part("Course", weeks.course),
    "thought": Part("Who needs thought", thought.thought),
    "caseload": Part("Caseload", groups.caseload),
    "measured": Part("Measured", measured.measured),
    "risk": Part("Risk", measured.risk, Permission.ALERTS_VIEW),
    "equity": Part("Equity", groups.equity),
}


@dataclass(frozen=True)
class Tab:
    title: str
    url: str
    is_shown: bool


def tabs(chosen: str, query: QueryDict, permissions: frozenset[Permission]) -> list[Tab]:
    """The parts that somebody may open, with the filters as they are."""
    return [
        Tab(part.title, address(query, part=name), name == chosen)
        for name, part in PARTS.items()
        if part.needs in permissions
    ]
