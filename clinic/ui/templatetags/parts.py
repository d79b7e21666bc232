"""Parts of pages that a template would take long to put together, kept or written out instead."""

from typing import Any

from django import template
from django.forms import BaseForm
from django.utils.safestring import SafeString

from clinic.ui.filter_fields import fields_html
from clinic.ui.icons import icon

register = template.Library()


@register.simple_tag
def heroicon_micro(name: str, size: int = 16, **attributes: str) -> SafeString:
    return icon("micro", name, size, attributes.get("class", ""))


@register.simple_tag
def heroicon_outline(name: str, size: int = 24, **attributes: str) -> SafeString:
    return icon("outline", name, size, attributes.get("class", ""))


@register.simple_tag
def filter_fields(form: BaseForm) -> Any:
    return fields_html(form)
