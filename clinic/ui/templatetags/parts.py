"""Parts of pages that a template would take long to put together, kept or written out instead."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zipimport import zipimporter

import heroicons
from django import template
from django.forms import BaseForm
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from clinic.ui.filter_fields import fields_html

register = template.Library()


@cache
def _archive() -> zipimporter:
    """The package's icons. By itself it reads the list of all 1,288 anew for each icon, 4 ms of CPU."""
    return zipimporter(str(Path(heroicons.__file__).with_name("heroicons.zip")))


@lru_cache(maxsize=256)
def _icon(style: str, name: str, size: int, css: str) -> SafeString:
    """An icon as the package draws it, once: it builds the XML anew each time, and a page has two dozen."""
    drawn = _archive().get_data(str(Path(_archive().archive, style, f"{name}.svg"))).decode().rstrip()
    own = format_html(' width="{}" height="{}"', size, size) + (format_html(' class="{}"', css) if css else "")
    drawn = drawn.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1).replace("/>", " />")
    return mark_safe(drawn.replace(">", f"{own}>", 1))  # noqa: S308


@register.simple_tag
def heroicon_micro(name: str, size: int = 16, **attributes: str) -> SafeString:
    return _icon("micro", name, size, attributes.get("class", ""))


@register.simple_tag
def heroicon_outline(name: str, size: int = 24, **attributes: str) -> SafeString:
    return _icon("outline", name, size, attributes.get("class", ""))


@register.simple_tag
def filter_fields(form: BaseForm) -> Any:
    return fields_html(form)
