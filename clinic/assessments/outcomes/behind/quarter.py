"""What share got better this quarter, in a sentence: the page opens with it, beside the twelve months it shows."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from django.http import QueryDict

from clinic.assessments.outcomes.asking import Asked
from clinic.assessments.outcomes.figures import counts_of, is_published
from clinic.assessments.outcomes.page import LABELS, address
from clinic.assessments.outcomes.shares import per_cent, wilson
from clinic.instruments.change import Change


class Quarter(NamedTuple):
    """The days of a quarter so far, what is said of it, and the address of its figures."""

    since: date
    said: str
    url: str


def this_quarter(asked: Asked, change: Change, query: QueryDict) -> Quarter | None:
    """None where the address says which days are asked about."""
    if "from" in query or "to" in query:
        return None
    today = asked.upto
    since = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    figure = "reliably_better" if is_published("reliably_better", change) else "response"
    cases, again, better = counts_of(("cases", "followed_up", figure), replace(asked, since=since), change)
    url = address(query, **{"from": str(since), "to": str(today)})
    if not again:
        return Quarter(since, f"{cases or 'no'} case{'' if cases == 1 else 's'}, none measured again yet", url)
    said = f"{better} of {again} cases measured again {'is' if better == 1 else 'are'} {LABELS[figure].lower()}"
    share, spread = per_cent(better, again), wilson(better, again)
    return Quarter(since, f"{said}, {share} % ({spread.low} to {spread.high})" if spread is not None else said, url)
