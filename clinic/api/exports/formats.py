"""Tables as NDJSON, CSV and Parquet, each written row group by row group to one member of an archive."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from importlib.util import find_spec
from typing import IO, Any, NamedTuple, Protocol

from clinic.api.exports.columns import DAY, MOMENT, NUMBER, TEXT, WHOLE, YES_NO, Column
from clinic.lists.jobs.spreadsheets import plain

Row = Sequence[Any]
NO_PARQUET = "This server writes no Parquet: pyarrow is missing (requirements-parquet.txt). Ask for ndjson or csv."


class Writer(Protocol):
    def write(self, rows: Sequence[Row]) -> None: ...

    def close(self) -> None: ...


def as_text(value: Any) -> Any:
    """Days and moments as RFC 3339 has them, moments in UTC; anything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


class NdjsonWriter:
    """A JSON object a line."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        self.file, self.names = file, [each.name for each in columns]

    def write(self, rows: Sequence[Row]) -> None:
        objects = ({name: as_text(value) for name, value in zip(self.names, row, strict=True)} for row in rows)
        lines = "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in objects)
        self.file.write(lines.encode("utf-8", "replace"))

    def close(self) -> None:
        pass


class CsvWriter:
    """As RFC 4180 has it, with a heading; text that a spreadsheet takes for a formula begins with an apostrophe."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        self.file = file
        self._lines([[each.name for each in columns]])

    def write(self, rows: Sequence[Row]) -> None:
        self._lines([[_in_csv(value) for value in row] for row in rows])

    def _lines(self, rows: Sequence[Row]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        self.file.write(text.getvalue().encode("utf-8", "replace"))

    def close(self) -> None:
        pass


def _in_csv(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else plain(as_text(value))


class ParquetWriter:
    """A row group for each batch of rows."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        import pyarrow as arrow
        import pyarrow.parquet as parquet

        kinds = {
            TEXT: arrow.string(), NUMBER: arrow.float64(), WHOLE: arrow.int64(), YES_NO: arrow.bool_(),
            DAY: arrow.date32(), MOMENT: arrow.timestamp("us", tz="UTC"),
        }  # fmt: skip
        self.schema = arrow.schema([(each.name, kinds[each.kind]) for each in columns])
        self.arrow, self.writer = arrow, parquet.ParquetWriter(file, self.schema)

    def write(self, rows: Sequence[Row]) -> None:
        columns = [self.arrow.array([row[at] for row in rows], type=field.type) for at, field in enumerate(self.schema)]
        self.writer.write_table(self.arrow.Table.from_arrays(columns, schema=self.schema))

    def close(self) -> None:
        self.writer.close()


class Format(NamedTuple):
    """A way to write a table, and what is missing for it; empty where nothing is."""

    writer: Callable[[IO[bytes], Sequence[Column]], Writer]
    missing: Callable[[], str]


def _nothing() -> str:
    return ""


def _pyarrow() -> str:
    return "" if find_spec("pyarrow") else NO_PARQUET


FORMATS = {
    "ndjson": Format(NdjsonWriter, _nothing),
    "csv": Format(CsvWriter, _nothing),
    "parquet": Format(ParquetWriter, _pyarrow),
}
