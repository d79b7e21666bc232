"""Files for analysis as Parquet; collected only where pyarrow is installed."""

import io
from datetime import date, datetime, timedelta

import pyarrow as arrow
import pyarrow.parquet as parquet

from tests.api.test_exports import files, rows, wide
from tests.api.test_fine_scopes import narrow
from tests.lists.conftest import work

__all__ = ["narrow", "rows", "wide", "work"]  # fixtures


def test_parquet_has_every_row_typed(wide, rows, work):
    archive = files(wide, work, format="parquet")
    told = {
        name: parquet.read_table(io.BytesIO(archive.read(f"{name}.parquet"))).to_pylist()
        for name in ("patients", "assessments", "answers")
    }
    assert {row["id"] for row in told["patients"]} == {str(each.pk) for each in rows}
    assert {type(row["date_of_birth"]) for row in told["patients"]} == {date}
    assert {row["instrument"]: row["score"] for row in told["assessments"]} == {"phq-9": 11.0, None: 7.5}
    assert {type(row["created_at"]) for row in told["assessments"]} == {datetime}
    assert [row["points"] for row in told["answers"] if row["item"] == "1" and row["instrument"]] == [2.0]
    schema = parquet.read_schema(io.BytesIO(archive.read("assessments.parquet")))
    assert schema.field("created_at").type == arrow.timestamp("us", tz="UTC")
    assert {row["created_at"].utcoffset() for row in told["assessments"]} == {timedelta(0)}
