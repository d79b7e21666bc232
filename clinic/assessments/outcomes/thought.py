"""Who needs thought: cases in treatment whose newest total says so, as work lists."""

from django.http import QueryDict

from clinic.assessments.outcomes.asking import Asked
from clinic.assessments.outcomes.figures import THOUGHT, counts_to_think_of
from clinic.assessments.outcomes.page import LABELS, rows_url
from clinic.assessments.outcomes.sheets import HOW, Cell, Sheet
from clinic.instruments.change import Change

IN_TREATMENT = (
    "Cases whose first total lies in the period and whose episode has not ended, or who never had one; their newest "
    "total counts, whatever window is chosen. Patients who are archived, discharged or deceased are left out."
)


def thought(asked: Asked, change: Change, query: QueryDict) -> list[Sheet]:
    found, said = counts_to_think_of(asked, change), _definitions(change)
    rows = [
        [Cell(LABELS[name]), Cell(str(found[name]), rows_url(query, name), LABELS[name]), Cell(said[name])]
        for name in THOUGHT
        if name in said
    ]
    headings = ("Why", "Cases", HOW)
    return [Sheet("Who needs thought", headings, rows, IN_TREATMENT, words=frozenset({0, 2}))]


def _definitions(change: Change) -> dict[str, str]:
    """How each is counted, with the numbers of the instrument; what nobody published is left out."""
    better = "half of the first" if change.reliable is None else f"{change.reliable} points lower"
    found = {
        "not_better": f"The last total of 8 to 12 weeks after the first is not {better}, and neither is the newest."
    }
    if change.reliable is not None:
        found["worse_now"] = f"The newest total is higher than the first by {change.reliable} points or more."
    if change.remission_below is not None:
        found["remission_lost"] = f"A later total was below {change.remission_below}, and the newest is not."
    return {**found, "no_score": "The newest total is older than 60 days."}
