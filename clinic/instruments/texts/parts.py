"""Texts of an instrument beside its questions, and what other programs call its parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Display:
    """A text that stands before the item `before`; after the last item if that is empty.

    With `above_heading` it stands above the heading of the section that begins there.
    """

    text: str
    before: str = ""
    above_heading: bool = False


@dataclass(frozen=True)
class Translation:
    """The published texts of another language: items by code, options by their English text."""

    language: str
    title: str
    instruction: str
    items: Mapping[str, str]
    options: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Code:
    """A code of a system of codes. Of an option it is the value that is exchanged: `kind` coding, integer or string."""

    code: str
    system: str = ""
    kind: str = "coding"


@dataclass(frozen=True)
class ExchangeItem:
    """An item in the file that it came from. `options` stand in the order of the item's own."""

    link_id: str
    codes: tuple[Code, ...] = ()
    options: tuple[Code, ...] = ()


@dataclass(frozen=True)
class OtherPart:
    """A part of the file that is no item here: a group, a text, a total."""

    link_id: str
    type: str
    text: str = ""
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Exchange:
    """The file that an instrument came from, so that a FHIR QuestionnaireResponse to it can be matched.

    `notes` say in sentences what of the file was left out.
    """

    url: str = ""
    version: str = ""
    codes: tuple[Code, ...] = ()
    items: Mapping[str, ExchangeItem] = field(default_factory=dict)
    others: tuple[OtherPart, ...] = ()
    notes: tuple[str, ...] = ()
