"""Files for analysis, made by the worker: one archive with a file for each table and a dictionary of what is in them.

Each batch of rows has a transaction of its own, and nothing is kept in memory but the batch. An archive whose worker
was killed is made anew. What the trail says up to `number` is in it: what is saved later comes with the next one.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from clinic.accounts.memberships import restricted_to
from clinic.api.exports.columns import MODELS, TABLES, Table, answer_rows
from clinic.api.exports.formats import FORMATS
from clinic.api.objects.instruments import InstrumentSerializer
from clinic.audit.models import AuditEvent
from clinic.audit.seals import RESTORED
from clinic.instruments.catalogue import find_versions
from clinic.lists.jobs.spreadsheets import Sink
from clinic.lists.models import Job
from clinic.lists.running import StoppedWork, keep_file
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

BATCH = 2000
Key = tuple[str, str]  # an instrument's id and version
Gone = tuple[str, str]  # what the trail calls a record, and its id


def make_export(clinic: Clinic, job: Job) -> None:
    """Make the archive that a job is about; raises StoppedWork where this server cannot write it."""
    if missing := FORMATS[job.parameters["format"]].missing():
        raise StoppedWork(missing)
    with clinic_scope(clinic):
        name = f"analysis-{timezone.localdate():%Y-%m-%d}.zip"
    keep_file(clinic, job, name, Archive(clinic, job).pieces())


class Archive:
    """One archive as it is made; `used` and `gone` are what its last two files tell of."""

    def __init__(self, clinic: Clinic, job: Job) -> None:
        self.clinic, self.asked = clinic, job.parameters
        self.seen_by = restricted_to(job.by_id, clinic)
        self.names: bool = self.asked["names"]
        self.tables = [TABLES[name] for name in self.asked["tables"]]
        self.used: set[Key] = set()
        self.gone: dict[Gone, None] = {}

    def pieces(self) -> Iterator[tuple[bytes, int]]:
        """The archive as (bytes, rows in them)."""
        sink, form = Sink(), self.asked["format"]
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            since = self._since()
            for table in self.tables:
                with archive.open(f"{table.name}.{form}", "w", force_zip64=True) as file:
                    writer = FORMATS[form].writer(file, table.shown(names=self.names))
                    for rows in self._batches(table, since):
                        writer.write(rows)
                        yield sink.taken(), len(rows)
                    writer.close()
            if since is not None:
                archive.writestr("gone.ndjson", "".join(f"{json.dumps(each)}\n" for each in self._gone()))
            archive.writestr("dictionary.json", json.dumps(self._dictionary(since), ensure_ascii=False, indent=1))
        yield sink.taken(), 0

    def _since(self) -> int | None:
        """The number of the trail behind which changes are told; None for everything, as after a restore."""
        since = self.asked["since"]
        with clinic_scope(self.clinic):
            restored = AuditEvent.objects.filter(action=RESTORED, number__gt=since or 0)
            return None if since is None or restored.exists() else int(since)

    def _batches(self, table: Table, since: int | None) -> Iterator[list[list[Any]]]:
        """The rows of a table; a transaction for each batch of records."""
        last: Any = since
        while True:
            with clinic_scope(self.clinic, seen_by=self.seen_by):
                records, last, more = self._after(table, last, whole=since is None)
                rows = self._rows(table, records)
            if rows:
                yield rows
            if not more:
                return

    def _after(self, table: Table, last: Any, *, whole: bool) -> tuple[list[Any], Any, bool]:
        """The records of one batch, where the next one begins, and whether there is one."""
        model = MODELS[table.about]
        if whole:
            rows = model.objects.order_by("pk")
            records = list((rows if last is None else rows.filter(pk__gt=last))[:BATCH])
            return records, records[-1].pk if records else last, len(records) == BATCH
        changed = list(_changed(table.about, last, self.asked["number"])[:BATCH])
        found = model.objects.in_bulk([key for _, key in changed])
        self.gone |= {(table.about, str(key)): None for _, key in changed if key not in found}
        return list(found.values()), changed[-1][0] if changed else last, len(changed) == BATCH

    def _rows(self, table: Table, records: Sequence[Any]) -> list[list[Any]]:
        shown = table.shown(names=self.names)
        found: Iterable[Any] = self._answers(records) if table.name == "answers" else records
        return [[each.value(record) for each in shown] for record in found]

    def _answers(self, records: Sequence[Any]) -> list[Any]:
        keys = {(each.instrument, each.instrument_version) for each in records if each.instrument}
        definitions = find_versions(keys)
        self.used |= definitions.keys()
        return [
            row
            for each in records
            for row in answer_rows(each, definitions.get((each.instrument, each.instrument_version)), names=self.names)
        ]

    def _gone(self) -> list[dict[str, str]]:
        """What changed and is there no more: merged, removed. Who sees patients of their own alone is told of none."""
        told = self.gone if self.seen_by is None else {}
        return [{"kind": MODELS[about].__name__, "id": key} for about, key in told]

    def _dictionary(self, since: int | None) -> dict[str, Any]:
        """What is in each file, and the instruments whose answers are."""
        form = self.asked["format"]
        with clinic_scope(self.clinic):
            definitions = [each for _, each in sorted(find_versions(self.used).items())]
            instruments = InstrumentSerializer(definitions, many=True).data
        return {
            "whole": since is None,
            "names": self.names,
            "tables": [
                {
                    "file": f"{table.name}.{form}",
                    "description": table.description,
                    "columns": [
                        {"name": each.name, "type": each.kind, "description": each.description}
                        for each in table.shown(names=self.names)
                    ],
                }
                for table in self.tables
            ],
            "instruments": instruments,
        }


def _changed(about: str, after: int, until: int) -> Any:
    """The records of a kind that the trail tells of, each once, by their last number: (number, id)."""
    events = AuditEvent.objects.filter(is_reading=False, record_type=about, number__lte=until)
    later = events.filter(record_id=OuterRef("record_id"), number__gt=OuterRef("number"))
    rows = events.filter(~Exists(later), number__gt=after, record_id__isnull=False).order_by("number")
    return rows.values_list("number", "record_id")
