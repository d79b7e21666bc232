"""The colours of tags are told from what they stand on, in light and dark."""

import re
from pathlib import Path

import pytest

from clinic.tenancy.models import Colour

TOKENS = Path("static/css/tokens.css").read_text()
LIGHT, DARK = TOKENS.partition("@media (prefers-color-scheme: dark)")[::2]


def colour(text: str, name: str) -> str:
    return re.search(rf"--{name}: #([0-9a-f]+);", text)[1]


def luminance(digits: str) -> float:
    """The relative luminance of WCAG 2."""
    whole = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("surface", ["surface", "canvas", "sunken"])
@pytest.mark.parametrize("tag", Colour.values)
def test_colour_of_a_tag_is_told_from_what_it_stands_on(tag, surface):
    found = [contrast(colour(LIGHT, f"tag-{tag}"), colour(theme, surface)) for theme in (LIGHT, DARK)]
    assert [each for each in found if each < 3] == []
    assert len(found) == 2


def test_black_on_white_is_21_to_1():
    assert contrast("000", "ffffff") == pytest.approx(21)
