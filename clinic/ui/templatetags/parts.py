"""Icons, by the names that `clinic/ui/icons.py` lists, changes of a number, and the ids of forms."""

from uuid import UUID, uuid4

from django import template
from django.utils.safestring import SafeString

from clinic.text import numbers
from clinic.ui.icons import icon

register = template.Library()
register.filter("number", numbers.number_shown)
register.filter("signed", numbers.signed)


@register.simple_tag
def heroicon_micro(name: str, size: int = 16, **attributes: str) -> SafeString:
    return icon("micro", name, size, attributes.get("class", ""))


@register.simple_tag
def heroicon_outline(name: str, size: int = 24, **attributes: str) -> SafeString:
    return icon("outline", name, size, attributes.get("class", ""))


@register.simple_tag
def new_id() -> UUID:
    return uuid4()
