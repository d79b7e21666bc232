"""Icons, by the names that `clinic/ui/icons.py` lists, changes of a number, and the ids of forms."""

from datetime import date
from uuid import UUID, uuid4

from django import template
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.safestring import SafeString

from clinic.text import numbers
from clinic.ui.icons import icon
from clinic.ui.pages import around_key

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
def record_url(view: str, key: UUID) -> SafeString:
    """As `{% url view key %}`, for pages of many lines: an address is worked out once for all records of a view."""
    before, behind = around_key(view, get_script_prefix())
    return SafeString(f"{before}{key}{behind}")


@register.simple_tag
def printed_on() -> date:
    """The clinic's day on which the page was made, for its foot on paper."""
    return timezone.localdate()


@register.simple_tag
def new_id() -> UUID:
    return uuid4()
