"""The actions that write a clinic's instrument settings and its custom instruments."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.utils.text import slugify

from clinic.audit.actions import By, difference, record, snapshot
from clinic.instruments.definitions import Definition
from clinic.instruments.files.toml import newest as latest
from clinic.instruments.files.toml import shipped
from clinic.instruments.models import ANOTHER, SETTINGS_ID, CustomInstrument, InstrumentSettings
from clinic.instruments.parsing import definition_of
from clinic.instruments.reading import as_plain

SETTINGS = ("licence_classes", "hidden", "urgent_text")
VERSION_LOCK = 7_302_412  # the advisory lock under which a clinic counts versions of its instruments


class Undecided(Exception):
    """A custom instrument has this title or address, and nobody said whether this is its next version."""


class Newer(Exception):
    """Somebody saved a version meanwhile. `version` is its number."""

    def __init__(self, version: int) -> None:
        super().__init__(f"Version {version} was saved meanwhile.")
        self.version = version


def custom_id(title: str, taken: Collection[str] = ()) -> str:
    """A free id for a custom instrument with that title. No shipped instrument has an id that begins so."""
    readable = "-".join(re.findall(r"[a-z0-9]+", slugify(title)))[:50].strip("-")
    id = f"own-{readable or hashlib.sha256(title.encode()).hexdigest()[:12]}"
    numbered = (f"{id}-{number}" for number in count(2))
    return id if id not in taken else next(other for other in numbered if other not in taken)


@transaction.atomic
def add_custom_instrument(
    *, by: By, data: dict[str, Any], origin: str, becomes: str = "", after: int | None = None
) -> tuple[CustomInstrument, bool]:
    """Store a definition as a version of a custom instrument. `origin` is form, fhir, csv or xlsx.

    It is the next version of the instrument with the id `becomes`, or ANOTHER instrument. If that is empty its address
    decides, the `url` of the file. If that is new or missing, the instrument is new, unless another has its title:
    raises Undecided. Raises Faults. A definition equal to the newest version adds nothing: that version is returned,
    and False. Whoever changes a version says which one by `after`: raises Newer if it is not the newest any more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), %s)", [VERSION_LOCK])
    id, before = check_becomes(data=data, becomes=becomes, after=after)
    checked = definition_of({**data, "id": id, "version": "1"})
    kept = as_plain({**data, "id": id, "version": str(before.version if before else 1)})
    if before is not None and before.definition == kept:
        return before, False
    version = before.version + 1 if before else 1
    row = CustomInstrument.objects.create(
        instrument=id,
        version=version,
        definition={**kept, "version": str(version)},
        origin=origin,
        created_by_id=by.id,
        created_by_name=by.name,
    )
    _note(row, checked, by=by)
    return row, True


def check_becomes(
    *, data: dict[str, Any], becomes: str, after: int | None = None
) -> tuple[str, CustomInstrument | None]:
    """The id that the data would be added under, and its newest version; raises Undecided and Newer."""
    newest = {row.instrument: row for row in CustomInstrument.objects.order_by("instrument", "version")}
    id = _instrument_of(data, becomes, newest)
    before = newest.get(id)
    if after is not None and before is not None and before.version != after:
        raise Newer(before.version)
    return id, before


def _instrument_of(data: dict[str, Any], becomes: str, newest: Mapping[str, CustomInstrument]) -> str:
    """The id of the instrument that the data are a version of; raises Undecided."""
    title = str(data.get("title", ""))
    if becomes == ANOTHER:
        return custom_id(title, newest)
    if becomes:
        if becomes not in newest:
            raise Undecided("That instrument is not there.")
        _check_title(title, newest[becomes])
        return becomes
    url = data.get("exchange", {}).get("url")
    found = [id for id, row in newest.items() if url and url in addresses_of(row)]
    if len(found) == 1:
        _check_title(title, newest[found[0]])
        return found[0]
    named = with_title(title)
    same = [id for id in sorted(named) if id in newest and _is_same(newest[id], data)]
    if same:
        return same[0]
    if found or any(id in newest for id in named):
        raise Undecided(f"There is an instrument “{title}” already. Say whether this is its next version.")
    if named:
        raise Undecided(f"{_shipped(title)} Give yours another title, or say that it is another instrument.")
    return custom_id(title, newest)


def _check_title(title: str, before: CustomInstrument) -> None:
    """Raise Undecided if a new version takes the title of another instrument."""
    others = with_title(title) - {before.instrument}
    if not others or title_key(title) == title_key(str(before.definition["title"])):
        return
    said = f"There is another instrument “{title}”." if others - set(latest(shipped())) else _shipped(title)
    raise Undecided(f"{said} Give this one another title.")


def _shipped(title: str) -> str:
    return f"An instrument “{title}” comes with this program."


def with_title(title: str) -> set[str]:
    """The ids of the instruments of which any version has the title, or the name, in any language."""
    key = title_key(title)
    found = {id for (id, _), each in shipped().items() if key in titles_of(each)}
    for id, own, name in CustomInstrument.objects.values_list("instrument", "definition__title", "definition__name"):
        found |= {id} if key in {title_key(own or ""), title_key(name or "")} else set()
    return found


def titles_of(definition: Definition) -> set[str]:
    translated = [each.title for each in definition.translations.values()]
    return {title_key(title) for title in (definition.title, definition.name, *translated)}


def title_key(title: str) -> str:
    """What makes two titles look different: their letters and digits; of one without any, all of it."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return "".join(filter(str.isalnum, folded)) or folded


def addresses_of(row: CustomInstrument) -> set[str]:
    """The addresses of the file that a version came from. Earlier releases noted them as the source."""
    source = row.definition.get("source") if row.origin == "fhir" else None
    return {url for url in (row.definition.get("exchange", {}).get("url"), source) if url}


def _is_same(row: CustomInstrument, data: dict[str, Any]) -> bool:
    plain: dict[str, Any] = as_plain({**data, "id": row.instrument, "version": str(row.version)})
    return plain == row.definition


def _note(row: CustomInstrument, checked: Definition, *, by: By) -> None:
    changes = {"title": [None, checked.title], "version": [None, row.version], "origin": [None, row.origin]}
    record("instrument.added", row, by=by, changes=changes)


@transaction.atomic
def set_instrument_choices(
    *, by: By, licence_classes: Iterable[str], hidden: Iterable[str], urgent_text: str = ""
) -> InstrumentSettings:
    """Set the clinic's licence classes beside the free ones, the instruments it hides, and the urgent text.

    Patients read the urgent text if a response of theirs raises an alert.
    """
    row = _locked_settings()
    before = snapshot(row, SETTINGS)
    row.licence_classes, row.hidden = sorted(set(licence_classes)), sorted(set(hidden))
    row.urgent_text = urgent_text
    return _keep_settings(row, before, by=by)


@transaction.atomic
def offer_instrument(*, by: By, definition: Definition, offered: bool) -> InstrumentSettings:
    """Offer an instrument, and with it all of its licence class, or withdraw it alone."""
    row = _locked_settings()
    before = snapshot(row, SETTINGS)
    row.hidden = sorted({*row.hidden, definition.id} - ({definition.id} if offered else set()))
    if offered and definition.licence_class != "free":
        row.licence_classes = sorted({*row.licence_classes, definition.licence_class})
    return _keep_settings(row, before, by=by)


def _locked_settings() -> InstrumentSettings:
    row, _ = InstrumentSettings.objects.select_for_update().get_or_create(pk=SETTINGS_ID)
    return row


def _keep_settings(row: InstrumentSettings, before: dict[str, Any], *, by: By) -> InstrumentSettings:
    if changes := difference(before, snapshot(row, SETTINGS)):
        row.save()
        record("instrument_settings.changed", row, by=by, changes=changes)
    return row
