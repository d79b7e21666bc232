"""What figures are called on the page, and its addresses."""

from django.http import QueryDict

from clinic.access import Permission
from clinic.accounts.factors.confirmation import EXPORT
from clinic.assessments.outcomes.figures import WEEKS
from clinic.lists.jobs.bulk import SavedPage

OUTCOMES = SavedPage(
    "outcomes", "/outcomes/", Permission.ASSESSMENTS_VIEW, how_to_save="Choose filters, then save them here."
)
OF_ROWS = ("page", "show", "by", "key", EXPORT, "format")  # what an address says of the rows, and in which form
LABELS = {
    "cases": "Cases at the first total",
    "followed_up": "Measured again",
    "response": "Response",
    "remission": "Remission",
    "recovery": "Recovery",
    "reliably_better": "Reliably better",
    "no_reliable_change": "No reliable change",
    "reliably_worse": "Reliably worse",
    "below_threshold": "First total below the threshold",
    "not_measured_again": "Cases not measured again",
    "archived": "Archived patients",
    "incomplete": "Questionnaires without a total",
    "outside_episodes": "Totals outside every episode",
}
LABELS |= {
    **{f"week_{week}": f"Cases measured at week {week}" for week in WEEKS},
    "not_better": "Not better after 8 to 12 weeks",
    "worse_now": "Reliably worse",
    "remission_lost": "Remission lost",
    "no_score": "No score for 60 days",
}


def rows_url(query: QueryDict, figure: str, by: str = "", key: object = None) -> str:
    """The address of the rows that a figure counts, of all or of one group; see `figures.GROUPS`."""
    of_group = {"by": by, "key": "" if key is None else str(key)} if by else {}
    return address(query, show=figure, **of_group)


def turned(query: QueryDict, page: int) -> str:
    """The same rows on another page."""
    changed = query.copy()
    changed["page"] = str(page)
    return f"?{changed.urlencode()}#rows"


def address(query: QueryDict, **changes: str) -> str:
    """The page with other filters; `show` leads to its rows."""
    changed = query.copy()
    for name in OF_ROWS:
        changed.pop(name, None)
    for name, value in changes.items():
        changed[name] = value
    return f"?{changed.urlencode()}{'#rows' if 'show' in changes else ''}"
