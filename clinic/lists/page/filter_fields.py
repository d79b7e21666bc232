"""The fields of a list's filters as HTML.

They are on every list page, and through form and widget templates nine of them took a third of its CPU. What is
written here is what those give for the widgets that filters have; any other is left to Django.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BaseForm, BoundField
from django.forms.utils import flatatt
from django.utils.html import escape
from django.utils.safestring import SafeString


def fields_html(form: BaseForm) -> SafeString:
    """Every field that is shown, but the search text, which has a box of its own."""
    return SafeString("".join([field_html(bound) for bound in form.visible_fields() if bound.name != "q"]))


def field_html(bound: BoundField) -> str:
    """A field with its label, its help and what is wrong with it."""
    of, name = escape(bound.id_for_label), escape(bound.auto_id)
    help_text, errors = bound.help_text, [str(error) for error in bound.errors]
    return (
        f'<div class="field"><label class="form-label" for="{of}">{escape(bound.label)}</label>'
        + (f'<p id="{name}_helptext" class="form-text">{escape(help_text)}</p>' if help_text else "")
        + control_html(bound)
        + (f'<p id="{name}_error" class="field-error">{escape(" ".join(errors))}</p>' if errors else "")
        + "</div>"
    )


def control_html(bound: BoundField) -> str:
    widget = bound.field.widget
    css = "form-select" if isinstance(widget, forms.Select) else "form-control"
    if type(widget) not in PLAIN:
        return str(bound.as_widget(attrs={"class": css}))
    attributes: dict[str, Any] = bound.build_widget_attrs({**widget.attrs, "class": css, "id": bound.auto_id})
    value = widget.format_value(bound.value())
    if not isinstance(widget, forms.Select):
        given = {"type": widget.input_type, "name": bound.html_name}
        return f"<input{flatatt(given | ({} if value is None else {'value': str(value)}) | attributes)}>"
    chosen = set(value)
    return f"<select{flatatt({'name': bound.html_name} | attributes)}>{options_html(widget.choices, chosen)}</select>"


PLAIN = (forms.Select, forms.NumberInput, forms.TextInput)


def options_html(choices: Iterable[Any], chosen: set[str]) -> str:
    options = []
    for key, label in choices:
        if isinstance(label, list | tuple):
            options.append(f'<optgroup label="{escape(key)}">{options_html(label, chosen)}</optgroup>')
            continue
        text = "" if key is None else str(key)
        selected = " selected" if text in chosen else ""
        options.append(f'<option value="{escape(text)}"{selected}>{escape(label)}</option>')
    return "".join(options)
