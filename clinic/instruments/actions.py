"""The actions that write a clinic's instrument settings and its custom instruments."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils.text import slugify

from clinic.audit.actions import By, difference, record, snapshot
from clinic.instruments.definitions import Definition
from clinic.instruments.models import SETTINGS_ID, CustomInstrument, InstrumentSettings
from clinic.instruments.parsing import definition_of
from clinic.instruments.reading import as_plain

VERSION_LOCK = 7_302_412  # the advisory lock under which a clinic counts versions of its instruments


def custom_id(title: str) -> str:
    """The id of a custom instrument with that title. No shipped instrument has an id that begins so."""
    readable = "-".join(re.findall(r"[a-z0-9]+", slugify(title)))[:50].strip("-")
    return f"own-{readable or hashlib.sha256(title.encode()).hexdigest()[:12]}"


@transaction.atomic
def add_custom_instrument(*, by: By, data: dict[str, Any], origin: str) -> tuple[CustomInstrument, bool]:
    """Store a definition as the newest version of its title; raises Faults. `origin` is form, fhir, csv or xlsx.

    A definition equal to the newest version adds nothing: that version is returned, and False.
    """
    id = custom_id(str(data.get("title", "")))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), %s)", [VERSION_LOCK])
    before = CustomInstrument.objects.filter(instrument=id).order_by("-version").first()
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
    fields = ("licence_classes", "hidden", "urgent_text")
    row, _ = InstrumentSettings.objects.select_for_update().get_or_create(pk=SETTINGS_ID)
    before = snapshot(row, fields)
    row.licence_classes, row.hidden = sorted(set(licence_classes)), sorted(set(hidden))
    row.urgent_text = urgent_text
    if changes := difference(before, snapshot(row, fields)):
        row.save()
        record("instrument_settings.changed", row, by=by, changes=changes)
    return row
