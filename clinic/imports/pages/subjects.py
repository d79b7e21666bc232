"""What the pages of one kind of file have of their own: addresses, words, and the form of its columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clinic.imports.actions import Proposes
from clinic.imports.models import Subject

ADDRESSES = ("new", "detail", "read", "columns", "check", "write", "undo", "cancel", "continue", "errors")


@dataclass(frozen=True)
class Pages:
    """`namespace` has the addresses; `one` and `many` are what rows become, `headings` those of the preview.

    `around` is the page above with its words, `newest` a list of what came in last, `record` the page of one.
    """

    about: Subject
    namespace: str
    one: str
    many: str
    around: tuple[str, str]
    newest: str
    record: str
    headings: tuple[str, ...]
    form: Callable[..., Any]
    upload: Callable[..., Any]
    proposes: Proposes
    lead: str = ""

    @property
    def at(self) -> dict[str, str]:
        """The names of the addresses: "detail" is "imports:detail"."""
        return {name: f"{self.namespace}:{name}" for name in ADDRESSES}
