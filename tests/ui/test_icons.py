"""Icons are drawn from the package's archive as the package draws them, once, in a file that pages refer to."""

import re
from pathlib import Path
from xml.etree import ElementTree

import heroicons
import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context, Template

from clinic.tenancy.models import Icon
from clinic.ui.icons import USED, icon

TAG = re.compile(r'heroicon_(micro|outline) "([a-z0-9-]+)"|icon\("(micro|outline)", "([a-z0-9-]+)"')
SVG = "{http://www.w3.org/2000/svg}"


def collected() -> ElementTree.Element:
    with staticfiles_storage.open(staticfiles_storage.stored_name("img/icons.svg")) as file:
        return ElementTree.fromstring(file.read())  # noqa: S314


@pytest.mark.parametrize(("style", "name"), [(style, name) for style, names in USED.items() for name in names])
def test_icon_is_the_packages(style: str, name: str) -> None:
    symbol = collected().find(f"{SVG}symbol[@id='{style}-{name}']")
    theirs = ElementTree.fromstring(heroicons._render_icon(style, name, None, {}))  # noqa: S314
    assert symbol is not None
    kept = {key: value for key, value in theirs.attrib.items() if key not in ("width", "height", "aria-hidden")}
    assert symbol.attrib == kept | {"id": f"{style}-{name}"}
    assert [each.attrib for each in symbol] == [each.attrib for each in theirs]


def test_file_holds_the_icons_that_pages_show() -> None:
    """And no others: whoever removes the last one of a name removes it here as well."""
    pages = [*Path(settings.BASE_DIR, "templates").rglob("*.html"), *Path(settings.BASE_DIR, "clinic").rglob("*.py")]
    found = {match for page in pages for match in TAG.findall(page.read_text())}
    shown = {(style or other, name or another) for style, name, other, another in found}
    shown |= {("outline", name) for name in Icon.values}  # one of them beside each clinic's name
    assert shown == {(style, name) for style, names in USED.items() for name in names}


def test_reference_escapes_its_class() -> None:
    tag = '{% load parts %}{% heroicon_micro "plus" size=20 class="a &amp; b" %}'
    made = Template(tag).render(Context())
    assert 'width="20" height="20" class="a &amp;' in made
    assert f'href="{staticfiles_storage.url("img/icons.svg")}#micro-plus"' in made


def test_icon_that_the_file_does_not_hold_is_refused() -> None:
    with pytest.raises(LookupError, match=r"clinic/ui/icons\.py"):
        icon("micro", "academic-cap", 16)
