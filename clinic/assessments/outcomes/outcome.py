"""What became of the cases: each figure with its share and how it is counted, and who is left out."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from clinic.assessments.outcomes.asking import Asked
from clinic.assessments.outcomes.figures import counts
from clinic.assessments.outcomes.page import LABELS, rows_url
from clinic.assessments.outcomes.shares import bounds
from clinic.assessments.outcomes.sheets import HOW, Cell, Sheet, share_cell
from clinic.instruments.change import Change

FIGURES = ("Figure", "Cases", "Share, 95 % interval", "Of all cases, between", HOW)
EXCLUDED = ("Reason", "How many", "Why")
SHARES = (
    "Shares are of those measured again, with their 95 % interval by Wilson's score. The range beside them is of all "
    "cases: as if none, or each, of those not measured again counted too."
)
LEFT_OUT = "None of these is in a share. Cases that were not measured again are in the range of all cases."
NO_CASE = "No case began in this period. Choose a longer one, or another instrument."
WHY = {
    "below_threshold": "They were no case, so that a low total later is neither response, remission nor recovery.",
    "not_measured_again": "They are cases; nothing is known of what became of them.",
    "archived": "Their records were taken off the lists.",
    "incomplete": "Completed in the period, but answers are missing: an incomplete one is not scored.",
    "outside_episodes": "The patient has episodes of treatment, and none on that day.",
}


def outcome(asked: Asked, change: Change, query: QueryDict) -> list[Sheet]:
    found, said = counts(asked, change), definitions(change)
    cases, again = found["cases"], found["followed_up"]
    figures = [_figure(name, found, said[name], query) for name in said if found[name] is not None] if cases else []
    excluded = [
        [Cell(LABELS[name]), _linked(name, count, query), Cell(WHY[name])] for name, count in found["excluded"].items()
    ]
    lead = f"{cases} case{'' if cases == 1 else 's'} at the first total, {again} measured again." if cases else ""
    return [
        Sheet("Outcome", FIGURES, figures, SHARES, empty=NO_CASE, words=frozenset({0, 2, 3, 4}), lead=lead),
        Sheet("Who is left out", EXCLUDED, excluded, LEFT_OUT, words=frozenset({0, 2})),
    ]


def definitions(change: Change) -> dict[str, str]:
    """How each figure is counted, with the numbers of the instrument."""
    return {
        "cases": f"The first total of an episode of treatment lies in the period and is {change.case_from} or more.",
        "followed_up": "Cases with a later total in the same episode, in the chosen window. The last of these counts.",
        "response": "The last total is at most half of the first.",
        "remission": f"The last total is below {change.remission_below}.",
        "recovery": f"The last total is below the threshold of {change.case_from}.",
        "reliably_better": f"The last total is lower than the first by {change.reliable} points or more.",
        "no_reliable_change": f"The two differ by less than {change.reliable} points.",
        "reliably_worse": f"The last total is higher than the first by {change.reliable} points or more.",
    }


def _figure(name: str, found: Mapping[str, Any], definition: str, query: QueryDict) -> list[Cell]:
    """Cases have no share; who was measured again is a share of the cases, and everything else of those."""
    count, cases, again = found[name], found["cases"], found["followed_up"]
    url, of = rows_url(query, name), cases if name == "followed_up" else again
    share = Cell("") if name == "cases" else share_cell(count, of, url, LABELS[name])
    of_all = None if name in ("cases", "followed_up") else bounds(count, measured=again, cases=cases)
    between = "" if of_all is None else f"{of_all.low} and {of_all.high} %"
    return [Cell(LABELS[name]), _linked(name, count, query), share, Cell(between), Cell(definition)]


def _linked(name: str, count: int, query: QueryDict) -> Cell:
    return Cell(str(count), rows_url(query, name), LABELS[name])
