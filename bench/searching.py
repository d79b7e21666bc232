"""Search beyond single addresses: the SQL's time over many queries, whom it finds, the row renderer, inserts.

Run by bench.lists under `clinic.settings`; prints JSON. Who should be found is decided by reading every name.
"""

import json
import statistics
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from uuid import uuid4

import django

from bench.server import percentiles, superuser

if __name__ == "__main__":
    django.setup()

from django.db import connection

from clinic.lists.page.rows import Records, table_of, table_parts
from clinic.lists.reading.listing import Listing
from clinic.patients.bulk import PATIENTS
from clinic.patients.models import Patient
from clinic.patients.search.rules import search_for
from clinic.patients.tables import PatientTable
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.patients.oracle import misspelt, words

ADVERSARIAL = (
    "m", "mar", "zu", "gonzalez", "josé garcía", "smith j", "8978", "a", "e", "an", "son", "de la", "van der", "x",
    "zzz", "qqqq", "maria garcia 1980", "1980", "gonzakez", "li", "al", "o'", "maria", "-", "0", "garcia garcia",
)  # fmt: skip
STORED = """
SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = 'patients_patient'::regclass
AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
RANDOM, PREFIXES, TYPOS, INSERTS = 400, 150, 300, 2000
JSON = (114, 3802)  # the numbers of the types json and jsonb, in every PostgreSQL
COLUMNS = ("full_name", "family_name", "record_number", "date_of_birth", "phone_number")


def listing(text: str) -> Listing | None:
    """The list as its page has it."""
    search = search_for(text)
    return Listing(PATIENTS.rows().filter(archived_at=None), search.grades) if search else None


@contextmanager
def timed_statements() -> Iterator[list[float]]:
    """The seconds of each statement meanwhile, as the client sees them."""
    taken: list[float] = []

    def time_it(execute: Callable[..., Any], *arguments: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            taken.append(time.perf_counter() - begun)

    with connection.execute_wrapper(time_it):
        yield taken


def milliseconds(clinic: Clinic, text: str) -> float:
    """The time of the statements that give the first page of a search, each in a request's own transaction.

    The median of three.
    """
    tries = []
    for _ in range(3):
        with clinic_scope(clinic), timed_statements() as taken:
            if (found := listing(text)) is not None:
                found.first(25)
        tries.append(sum(taken) * 1000)
    return statistics.median(tries)


def realistic(random: Random, people: list[dict[str, Any]]) -> str:
    """What somebody at a desk might type to find one of these."""
    person = random.choice(people)
    parts = [word for word in person["full_name"].replace("-", " ").split() if word] or ["?"]
    family, born = parts[-1], person["date_of_birth"]
    phone = "".join(each for each in person["phone_number"] or "" if each.isdigit())
    made = random.choices(
        [
            family[: random.randint(3, 8)],
            parts[0][: random.randint(3, 8)],
            f"{parts[0][: random.randint(1, 6)]} {family[: random.randint(2, 8)]}",
            f"{family} {parts[0][:1]}",
            person["full_name"],
            person["record_number"],
            phone[-random.randint(4, 7) :] or family,
            f"{born:%d.%m.%Y}",
            f"{family} {born.year}",
            misspelt(random, family) if len(family) > 4 else family,
        ],
        weights=[25, 12, 18, 8, 8, 8, 6, 6, 4, 5],
    )
    return made[0]


def times(clinic: Clinic, random: Random, people: list[dict[str, Any]]) -> dict[str, Any]:
    asked = [realistic(random, people) for _ in range(RANDOM)]
    taken = [milliseconds(clinic, text) for text in asked]
    worst = sorted(((milliseconds(clinic, text), text) for text in ADVERSARIAL), reverse=True)
    return {
        **percentiles(taken),
        "adversarial": worst[0][0],
        "adversarial_text": worst[0][1],
        "adversarial_next": worst[1],
    }


def recall(random: Random, people: list[dict[str, Any]]) -> dict[str, float]:
    """The share found of those whose names have a word that begins so, and of names misspelt by one letter."""
    ends = sorted({(word, at) for at, person in enumerate(people) for word in words(person["searched"])})
    wanted_of_all = found_of_all = right = 0
    for _ in range(PREFIXES):
        word = random.choice(ends)[0]
        typed = word[: random.randint(1, len(word))]
        first, last = bisect_left(ends, (typed,)), bisect_left(ends, (f"{typed}{chr(0x10FFFF)}",))
        wanted = {people[at]["pk"] for _, at in ends[first:last]}
        asked = listing(typed)
        keys = asked.keys_sql() if asked else None
        if keys is not None:
            with connection.cursor() as cursor:
                cursor.execute(keys.text, keys.params)
                found_of_all += len(wanted & {row[0] for row in cursor.fetchall()})
        wanted_of_all += len(wanted)
    long = [word for word, _ in ends if len(word) >= 4 and word.isascii() and word.isalpha()]
    for _ in range(TYPOS):
        word = random.choice(long)
        asked = listing(misspelt(random, word))
        page = asked.first(25).records if asked else []
        right += any(word in words(f"{record.full_name} {record.family_name}") for record in page)
    return {"prefixes": found_of_all / wanted_of_all, "wanted": wanted_of_all, "typos": right / TYPOS}


def row_cost() -> dict[str, float]:
    """Microseconds of CPU for a row as HTML: of the columns that a list shows, and of all."""
    everything: Any = PatientTable
    records = Listing(PATIENTS.rows(), search_for("m").grades).first(100).records  # type: ignore[union-attr]
    costs = {}
    for name, columns in (("shown", everything.shown), ("all", tuple(everything.base_columns))):
        for _ in range(20):
            table_parts(table_of(PatientTable, Records(records), columns), ticks=True)
        begun = time.process_time()
        for _ in range(200):
            table_parts(table_of(PatientTable, Records(records), columns), ticks=True)
        costs[name] = (time.process_time() - begun) / 200 / len(records) * 1e6
        costs[f"{name}_columns"] = len(columns)
    return costs


def insert_cost(clinic: Clinic) -> dict[str, float]:
    """Microseconds of an insert into the list's table, and into one with a primary key and no more; rolled back."""
    with superuser(autocommit=False) as admin:
        cursor = admin.cursor()
        cursor.execute(f'SET search_path = "{clinic.schema_name}", public')
        cursor.execute(STORED)
        names = [row[0] for row in cursor.fetchall()]
        listed, slots = ", ".join(names), ", ".join(f"%({name})s" for name in names)
        cursor.execute(f"CREATE TABLE bare AS SELECT {listed} FROM patients_patient LIMIT 0")
        cursor.execute("ALTER TABLE bare ADD PRIMARY KEY (id)")
        cursor.execute(f"SELECT {listed} FROM patients_patient ORDER BY id LIMIT {INSERTS}")
        as_json = [column.name for column in cursor.description or () if column.type_code in JSON]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        taken = {"bare": 0.0, "patients_patient": 0.0}
        for number, row in enumerate(rows):
            row |= {"id": str(uuid4()), "record_number": f"B-{number}", "full_name": f"{row['full_name']} {number}"}
            row |= {name: json.dumps(row[name]) for name in as_json if row[name] is not None}
            for table in taken:
                statement = cursor.mogrify(f"INSERT INTO {table} ({listed}) VALUES ({slots})", row)
                begun = time.perf_counter()
                cursor.execute(statement)
                taken[table] += time.perf_counter() - begun
        admin.rollback()
    return {table: seconds / len(rows) * 1e6 for table, seconds in taken.items()}


def main(key: str) -> None:
    clinic = Clinic.objects.get(pk=key)
    random = Random(20)  # noqa: S311
    with clinic_scope(clinic):
        people = list(Patient.objects.active().values("pk", *COLUMNS))
        for person in people:
            person["searched"] = f"{person['full_name']} {person['family_name']}"
        told = {"recall": recall(random, people), "row": row_cost()}
    told |= {"times": times(clinic, random, people), "insert": insert_cost(clinic)}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
