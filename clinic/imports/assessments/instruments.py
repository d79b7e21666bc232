"""Which instrument and item a file names, however it does: id, title, LOINC code, what another system calls it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError

from clinic.instruments.catalogue import usable
from clinic.instruments.definitions import Definition
from clinic.instruments.files.toml import newest
from clinic.instruments.items.parts import Item

SIGNS = re.compile(r"[\W_]+")
BEFORE_CODES = ("", "q", "item", "question")  # what stands before an item's code in headings: "Q1"

Key = tuple[str, str]


def folded(text: str) -> str:
    """A name without what people write differently: "PHQ-9_1" is "phq91"."""
    return SIGNS.sub("", text).casefold()


class Instruments:
    """The versions that the clinic may use, read once, since rows are read outside every clinic's scope."""

    def __init__(self, versions: Mapping[Key, Definition]) -> None:
        self.versions = dict(versions)
        self.newest: dict[str, Definition] = newest(self.versions)
        self.named: dict[str, set[str]] = defaultdict(set)
        for definition in self.versions.values():
            for name in (definition.title, definition.name, definition.exchange.url, definition.panel_loinc):
                if name:
                    self.named[folded(name)].add(definition.id)
        for id in self.newest:
            self.named[folded(id)] = {id}
        self.items: dict[Key, dict[str, Item]] = {}

    def find(self, name: str, version: str = "") -> Definition:
        """The version of the instrument, without one the newest. Raises ValidationError."""
        name, _, behind = name.strip().partition("|")
        ids = self.named.get(folded(name)) or self.named.get(folded(name.rstrip("/").rpartition("/")[2])) or set()
        if len(ids) > 1:
            raise ValidationError(f"Several questionnaires are called so: write {' or '.join(sorted(ids))}.")
        if not ids:
            raise ValidationError("There is no questionnaire of this name. Write its id or title, such as PHQ-9.")
        (id,) = ids
        if not (wanted := version.strip() or behind.strip()):
            return self.newest[id]
        if (found := self.versions.get((id, wanted))) is None:
            known = ", ".join(sorted((each for of, each in self.versions if of == id), key=int))
            raise ValidationError(f"{self.newest[id].title} has no version {wanted[:20]}, but {known}.")
        return found

    def guessed(self, headings: Iterable[str]) -> str:
        """The instrument whose items alone the headings name in full: "phq9_1", or a question; else empty."""
        keys = {folded(heading) for heading in headings}
        counts = {id: len(keys & _own_names(definition)) for id, definition in self.newest.items()}
        best = max(counts.values(), default=0)
        found = [id for id, count in counts.items() if count == best]
        return found[0] if best > 1 and len(found) == 1 else ""

    def item(self, definition: Definition, name: str) -> Item | None:
        """The item by its code as it is, else however it is written."""
        if (found := definition.by_code.get(name.strip())) is not None:
            return found
        if definition.key not in self.items:
            self.items[definition.key] = _names(definition)
        return self.items[definition.key].get(folded(name))


def known_instruments() -> Instruments:
    return Instruments(usable())


def by_code(code: str) -> set[str]:
    """How headings name an item by its code, folded: "1", "Q1", "Item 1"."""
    return {folded(before + code) for before in BEFORE_CODES}


def _names(definition: Definition) -> dict[str, Item]:
    """The items by every name that a heading or a cell may give them, the codes first."""
    found: dict[str, Item] = {}
    for before in BEFORE_CODES:
        for item in definition.items:
            found.setdefault(folded(before + item.code), item)
    for item in definition.items:
        for name in _full_names(definition, item):
            found.setdefault(folded(name), item)
    return found


def _own_names(definition: Definition) -> set[str]:
    """The names that say which instrument an item is of."""
    return {folded(name) for item in definition.items for name in _full_names(definition, item)}


def _full_names(definition: Definition, item: Item) -> list[str]:
    exchanged = definition.exchange.items.get(item.code)
    texts = [translation.items.get(item.code, "") for translation in definition.translations.values()]
    codes = [f"{definition.id}{before}{item.code}" for before in BEFORE_CODES]
    return [*codes, *filter(None, [item.text, item.loinc, exchanged.link_id if exchanged else "", *texts])]


def is_total(definition: Definition, name: str) -> bool:
    """Whether an item of another system is the total, which is worked out here."""
    key = folded(name)
    return bool(key) and key in (folded(definition.total_loinc), "total", "score", "totalscore")


def is_other_part(definition: Definition, name: str) -> bool:
    """Whether an item of another system is a part of the file that the instrument came from, and no question here."""
    return folded(name) in {folded(part.link_id) for part in definition.exchange.others}
