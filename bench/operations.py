"""What is asked of lists, by name: addresses of this project's pages and API."""

from typing import NamedTuple
from urllib.parse import quote_plus

DEEP = 20_001  # the page whose rows begin at 500,000
FRAGMENT = {"hx_request": "true", "hx_target": "table"}


class Operation(NamedTuple):
    """One address to ask for, of one kind: a page, a fragment of it, or JSON."""

    name: str
    kind: str
    address: str

    @property
    def headers(self) -> dict[str, str]:
        return FRAGMENT if self.kind == "fragment" else {}


SEARCHES = ("m", "mar", "zu", "gonzalez", "gonz", "josé garcía", "smith j", "8978", "son", "gonzakez", "1985")
# The list's parameters, as the pages and as the API spell them.
LISTED = {
    "first page": ("", ""),
    "by date of birth": ("?sort=date_of_birth", "?ordering=date_of_birth"),
    "by last score, falling": ("?sort=-last_score", "?ordering=-last_score"),
    "female, 18 to 39": ("?gender=female&age=18-39", "?gender=female&age=18-39"),
    "female, 18 to 39, PHQ-9 from 12": (
        "?gender=female&age=18-39&instrument=phq-9&score_min=12",
        "?gender=female&age=18-39&instrument=phq-9&score_min=12",
    ),
    "exact count": ("?count=exact", "?count=exact"),
    "last page": ("?page=last", ""),
} | {f"search {text}": (f"?q={quote_plus(text)}", f"?search={quote_plus(text)}") for text in SEARCHES}


def operations(deep: str, code: str, *, pages: int) -> list[Operation]:
    """Everything to ask of a list of `pages` pages; `deep` is the key of the row before the deep page, `code` a number.

    The deep page is the one in the middle where there are fewer.
    """
    number = min(DEEP, max(2, pages // 2))
    listed = LISTED | {
        "search by record number": (f"?q={code}", f"?search={code}"),
        "next page, deep": (f"?page={number}&after={deep}", f"?page={number}&after={deep}"),
        "page jump, deep": (f"?page={number}", f"?page={number}"),
    }
    made = []
    for name, (shown, served) in listed.items():
        made += [Operation(name, "page", f"/patients/{shown}"), Operation(name, "fragment", f"/patients/{shown}")]
        if served or not shown:
            made.append(Operation(name, "json", f"/api/v1/patients/{served}"))
    others = {"assessments by date": "/assessments/", "due": "/worklists/due/", "alerts": "/worklists/alerts/"}
    return made + [Operation(name, "page", address) for name, address in others.items()]
