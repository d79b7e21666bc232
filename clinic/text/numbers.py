"""Numbers as pages write them."""

from decimal import Decimal

MINUS = "\N{MINUS SIGN}"


def plain(number: int | Decimal) -> str:
    """Without needless decimals: 7, 2.5."""
    return f"{Decimal(number).normalize():f}"


def number_shown(number: int | float | Decimal | str) -> str:
    """As `plain`, with a true minus. A form's field takes `plain`."""
    return plain(Decimal(str(number))).replace("-", MINUS)


def signed(change: int | Decimal | None) -> str:
    """A change with its sign, a true minus for less; empty for none."""
    if change is None:
        return ""
    return f"{'+' if change > 0 else MINUS if change < 0 else ''}{plain(-change if change < 0 else change)}"
