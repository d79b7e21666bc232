"""The rows that are at fault as CSV: the file's own columns, and one that says what is wrong."""

from collections.abc import Iterator, Sequence
from itertools import batched, chain

from clinic.imports.content import opened_content
from clinic.imports.files.opening import table_of
from clinic.imports.files.rows import Row
from clinic.imports.models import ImportBatch, ImportFault
from clinic.lists.jobs.spreadsheets import pieces
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

WRONG = "What is wrong"
AT_ONCE = 2000  # rows of the file that are looked at in one transaction


def error_file(clinic: Clinic, batch: ImportBatch) -> Iterator[bytes]:
    """The file, a piece at a time; one that was made from such a file has the column anew."""
    headings, rows = table_of(opened_content(clinic, batch), batch.kind, batch.answers)
    kept = [place for place, heading in enumerate(headings) if heading != WRONG]
    chunks = (_wrong(clinic, batch, chunk, kept) for chunk in batched(rows, AT_ONCE))
    labels = [*(headings[place] for place in kept), WRONG]
    return (content for content, _ in pieces("csv", labels, chunks))


def _wrong(clinic: Clinic, batch: ImportBatch, rows: Sequence[Row], kept: Sequence[int]) -> list[list[str]]:
    said: dict[int, list[str]] = {}
    with clinic_scope(clinic):
        faults = ImportFault.objects.filter(batch=batch.pk, is_here=False, row__range=(rows[0].number, rows[-1].number))
        for row, column, message in faults.order_by("row", "id").values_list("row", "column", "message"):
            said.setdefault(row, []).append(f"{column}: {message}" if column else message)
    found = (row for row in rows if row.number in said)
    return [list(chain((row.cells[place] for place in kept), [" ".join(said[row.number])])) for row in found]
