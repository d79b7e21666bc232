"""The instruments of the active clinic: the shipped ones and its custom ones."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from django.db.models import QuerySet

from clinic.instruments.definitions import Definition
from clinic.instruments.files.toml import newest, shipped
from clinic.instruments.models import SETTINGS_ID, CustomInstrument, InstrumentSettings
from clinic.instruments.parsing import read_definition
from clinic.instruments.variants import Offer, offers

URGENT = "If you are in danger now, or may harm yourself, call your local emergency number. Do not wait for the clinic."
ALWAYS_ON = frozenset({"free"})


@dataclass(frozen=True)
class Choices:
    """The clinic's choices: the licence classes that it may use, and the instruments that it does not offer."""

    licence_classes: frozenset[str]
    hidden: frozenset[str]

    def offers(self, definition: Definition) -> bool:
        return definition.licence_class in self.licence_classes and definition.id not in self.hidden


def choices() -> Choices:
    row = InstrumentSettings.objects.filter(pk=SETTINGS_ID).first()
    if row is None:
        return Choices(ALWAYS_ON, frozenset())
    return Choices(ALWAYS_ON | frozenset(row.licence_classes), frozenset(row.hidden))


def urgent_text() -> str:
    """The clinic's text for patients whose response raised an alert: whom to turn to at once."""
    row = InstrumentSettings.objects.filter(pk=SETTINGS_ID).first()
    return (row.urgent_text if row is not None else "") or URGENT


@lru_cache(maxsize=256)
def _read(text: str) -> Definition:
    """Read a stored definition. The cache is keyed by the whole text, so that no clinic gets another's."""
    return read_definition(json.loads(text))


def custom() -> dict[tuple[str, str], Definition]:
    """Every version of the clinic's custom instruments, by id and version."""
    rows = CustomInstrument.objects.order_by("instrument", "version").values_list("definition", flat=True)
    definitions = [_read(json.dumps(definition, sort_keys=True)) for definition in rows]
    return {definition.key: definition for definition in definitions}


def offered() -> list[Definition]:
    """The newest version of every instrument that the clinic may use and offers, by title."""
    chosen = choices()
    found = newest(shipped() | custom()).values()
    return sorted(filter(chosen.offers, found), key=lambda definition: (definition.title.lower(), definition.id))


def offered_to(*, sex: str, age: int | None, country: str) -> list[Offer]:
    """The instruments that a person of that sex and age may be asked, by a clinic in that country."""
    return offers((definition for definition in offered() if not definition.refusal(sex=sex, age=age)), country)


def follow_up(definition: Definition, *, sex: str, age: int | None) -> Definition | None:
    """What the person is asked after a positive screen, if the clinic offers it and it is made for such a person."""
    found = find(definition.follow_up) if definition.follow_up else None
    return found if found is not None and not found.refusal(sex=sex, age=age) else None


def find(id: str) -> Definition | None:
    """The newest version of an instrument that the clinic offers; None if it offers none."""
    return next((definition for definition in offered() if definition.id == id), None)


def newest_of(id: str) -> Definition:
    """The newest version of an instrument, offered or not; raises KeyError for an unknown id."""
    definition: Definition = newest(shipped() | custom())[id]
    return definition


def title_of(id: str) -> str:
    """The title of the newest version of an instrument, offered or not; its id if it is not there."""
    return titles_of({id})[id]


def titles_of(ids: Collection[str]) -> dict[str, str]:
    """The same of many, by id: at most one query."""
    latest = newest(shipped())
    found = {id: str(latest[id].title) if id in latest else id for id in ids}
    if others := [id for id in ids if id not in latest]:
        found |= _newest_titles(CustomInstrument.objects.filter(instrument__in=others))
    return found


def every_title() -> list[tuple[str, str]]:
    """The id and title of every instrument, offered or not, by title."""
    found = {definition.id: str(definition.title) for definition in newest(shipped()).values()}
    return _by_title(found | _newest_titles(CustomInstrument.objects.all()))


def titles() -> list[tuple[str, str]]:
    """The id and title of every custom instrument, by title."""
    return _by_title(_newest_titles(CustomInstrument.objects.all()))


def _newest_titles(versions: QuerySet[CustomInstrument]) -> dict[str, str]:
    return dict(versions.order_by("version").values_list("instrument", "definition__title"))


def _by_title(found: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(found.items(), key=lambda each: (each[1].casefold(), each[0]))


def usable() -> dict[tuple[str, str], Definition]:
    """Every version that the clinic's licences allow, by id and version, whether it is offered or not."""
    allowed = choices().licence_classes
    known = _shipped_by_newest_meaning() | custom()
    return {key: definition for key, definition in known.items() if definition.licence_class in allowed}


def find_version(id: str, version: str) -> Definition:
    """The version of an assessment, offered or not; raises KeyError for an unknown one.

    Its questions are the version's own. What a total means is read from the newest version that asks the same.
    """
    definition = _shipped_by_newest_meaning().get((id, version))
    return definition if definition is not None else custom()[id, version]


def find_versions(keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Definition]:
    """Those of the versions that are there, by id and version, by one query at most."""
    known = _shipped_by_newest_meaning()
    if any(key not in known for key in keys):
        known = known | custom()
    return {key: known[key] for key in keys if key in known}


@cache
def _shipped_by_newest_meaning() -> dict[tuple[str, str], Definition]:
    """The shipped versions with the meaning of totals of the newest version of the same items and range."""
    latest = newest(shipped())
    return {key: _by_meaning_of(latest[definition.id], definition) for key, definition in shipped().items()}


def _by_meaning_of(latest: Definition, definition: Definition) -> Definition:
    if _counted_alike(latest) != _counted_alike(definition):
        return definition
    meaning = {name: getattr(latest, name) for name in ("bands", "cutoffs", "change", "follow_up")}
    return replace(definition, **meaning)


def _counted_alike(definition: Definition) -> tuple[Any, ...]:
    """What makes totals of two versions comparable. When an item is asked does not change what its points mean."""
    items = tuple(replace(item, asked_if=None) for item in definition.items)
    return items, definition.sections, definition.low, definition.high, definition.multiply
