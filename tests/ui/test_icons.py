"""Icons are drawn from the package's archive as the package draws them."""

import re
from pathlib import Path

import heroicons
import pytest
from django.conf import settings
from django.template import Context, Template

TAG = re.compile(r'{% heroicon_(micro|outline) "([a-z-]+)"')
USED = sorted(
    {found for page in Path(settings.BASE_DIR, "templates").rglob("*.html") for found in TAG.findall(page.read_text())}
)


@pytest.mark.parametrize(("style", "name"), USED)
def test_icon_is_the_packages(style: str, name: str) -> None:
    tag = f'{{% load parts %}}{{% heroicon_{style} "{name}" size=20 class="a &amp; b" %}}'
    assert Template(tag).render(Context()) == heroicons._render_icon(style, name, 20, {"class": "a & b"})
