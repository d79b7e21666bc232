"""Parts of pages that a template would take long to put together, kept or written out instead."""

from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm
from django.utils.safestring import SafeString
from heroicons.templatetags import heroicons

from clinic.ui.filter_fields import fields_html

register = template.Library()


@lru_cache(maxsize=256)
def _icon(style: str, name: str, size: int, css: str) -> SafeString:
    """An icon as the package draws it, once: it builds the XML anew each time, and a page has two dozen."""
    attributes = {"class": css} if css else {}
    return SafeString(getattr(heroicons, f"heroicon_{style}")(name, size=size, **attributes))


@register.simple_tag
def heroicon_micro(name: str, size: int = 16, **attributes: str) -> SafeString:
    return _icon("micro", name, size, attributes.get("class", ""))


@register.simple_tag
def heroicon_outline(name: str, size: int = 24, **attributes: str) -> SafeString:
    return _icon("outline", name, size, attributes.get("class", ""))


@register.simple_tag
def filter_fields(form: BaseForm) -> Any:
    return fields_html(form)
