"""Changes as pages write them."""

from decimal import Decimal

import pytest

from clinic.text.numbers import plain, signed


@pytest.mark.parametrize(
    ("change", "said"),
    [(3, "+3"), (-3, "\N{MINUS SIGN}3"), (Decimal("-2.50"), "\N{MINUS SIGN}2.5"), (Decimal("20.00"), "+20"), (0, "0"),
     (Decimal("0.00"), "0"), (None, "")],
)  # fmt: skip
def test_change_has_its_sign(change, said):
    assert signed(change) == said


def test_number_has_no_needless_decimals():
    assert [plain(Decimal(text)) for text in ("7.00", "2.50", "100", "0.00")] == ["7", "2.5", "100", "0"]
