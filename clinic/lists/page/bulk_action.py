"""What can be done with many rows of a list at once, as its page offers it."""

from collections.abc import Callable
from dataclasses import dataclass

from clinic.access import Permission


@dataclass(frozen=True)
class BulkAction:
    """One entry of the bar that appears over selected rows.

    `label` is the button ("Archive"), `sentence` names the job ("Archive {count}"). `work` and `undo_work` are
    dotted names of functions that take a clinic and a job. `choices` gives the values that the action needs one of and
    somebody, by their id, may choose, such as practitioners, asked for as `value` under `question`; `without` is said
    where there is none yet.
    """

    name: str
    label: str
    sentence: str
    work: str
    permission: Permission
    undo_work: str = ""
    question: str = ""
    choices: Callable[[str], list[tuple[str, str]]] | None = None
    without: str = ""
