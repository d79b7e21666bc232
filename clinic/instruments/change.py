"""What a change of totals means, by the numbers that an instrument's literature publishes.

A case is a first total at or above `case_from`. Only from a case is there a response (a fall of at least half of the
first total), remission (a later total below `remission_below`) or recovery (a later total below `case_from`): a total
that was low from the start has not become so. A difference of at least `reliable` is not chance, from any first total.
What is not published is not said. `docs/instruments.md` has the sources.
"""

from dataclasses import dataclass
from decimal import Decimal

RESPONSE = 2  # a response divides the first total by at least this


@dataclass(frozen=True)
class Change:
    """The published numbers of one instrument. Methods take the first total and a later one."""

    case_from: int | Decimal | None = None
    remission_below: int | Decimal | None = None
    reliable: int | Decimal | None = None
    source: str = ""

    def is_case(self, first: int | Decimal) -> bool:
        return self.case_from is not None and first >= self.case_from

    def is_response(self, first: int | Decimal, later: int | Decimal) -> bool:
        return self.is_case(first) and later * RESPONSE <= first

    def is_remission(self, first: int | Decimal, later: int | Decimal) -> bool:
        return self.is_case(first) and self.remission_below is not None and later < self.remission_below

    def is_recovery(self, first: int | Decimal, later: int | Decimal) -> bool:
        return self.is_case(first) and not self.is_case(later)

    def is_reliable(self, first: int | Decimal, later: int | Decimal) -> bool:
        return self.reliable is not None and abs(Decimal(later) - Decimal(first)) >= self.reliable
