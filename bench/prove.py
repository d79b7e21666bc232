"""Runs at full size what `make test` runs small, and writes what came of it to docs/proof.md.

A proof that fails is written down as failed, and the command fails. Each is written when it ends, with the day and the
commit it is of, so that `make prove ONLY=imports` brings one up to date and keeps the others.
"""

import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs" / "proof.md"
HEAD = (
    "# What was proven at full size",
    "",
    f"The last result of each proof of `make prove`: {os.cpu_count()} processors, Python {platform.python_version()}.",
    "",
    "| shown | result | seconds | when, of which commit |",
    "|---|---|---|---|",
)


@dataclass(frozen=True)
class Proof:
    """`tests` at `times` their usual size, in words: `shows`; `switch` is a variable that has them run otherwise."""

    shows: str
    times: int
    tests: tuple[str, ...]
    switch: str = ""


PROOFS = (
    Proof("100,000 requests of 16 threads over four connections of PgBouncer: none sees another clinic", 20,
          ("tests/tenancy/test_pooling.py",)),
    Proof("500 orders of steps in and out of clinics' scopes: none shows a row of another clinic", 20,
          ("tests/tenancy/test_state_machine.py",)),
    Proof("1,200 searches of 20,000 patients, by an oracle that reads every name: all found, misspelt ones at 95 %", 10,
          ("tests/patients/test_recall.py",)),
    Proof("16 readers beside 4 writers, 240 rounds: nobody missed, nobody twice", 20,
          ("tests/patients/test_side_by_side.py",)),
    Proof("10,000 sets of answers and as many generated instruments score as the oracle says", 20,
          ("tests/instruments/test_scoring.py", "tests/instruments/test_scoring_rules.py")),
    Proof("10,000 odd files, forms and bodies are answered, never by an error of the server", 10,
          ("tests/instruments/test_importing.py", "tests/test_bad_input.py", "tests/api/test_any_body.py")),
    Proof("10,500 orders of merging, taking apart, editing, adding and moving: each row is with the record of a model "
          "that has no journal", 700, ("tests/merging/test_any_order.py",)),
    Proof("100 walks through the patients by `created_at` while others are added, renamed, archived and restored: each "
          "once; the cursor that looks its row up again loses rows", 34, ("tests/api/test_walks.py",)),
    Proof("8 writers with one key, and with two contents under one; 8 editors who say what they read; 1,002 rounds: "
          "one record, one content, no change lost; without key and tag eight records, and seven changes lost", 334,
          ("tests/api/test_races.py",)),
    Proof("100 rounds of readers by `next`, `changes` and `updated_since` beside writers who add, rename, archive, "
          "restore and merge: everybody as often as promised; by the last row's id rows are lost", 50,
          ("tests/api/test_readers.py",)),
    Proof("more than 10,000 requests that Schemathesis makes of the OpenAPI document, by all of its checks; clients of "
          "openapi-generator and openapi-python-client register, assess, find and are refused", 40,
          ("tests/foreign/test_schemathesis.py", "tests/foreign/test_generated.py")),
    Proof("every way through a list, 500 times: each row once, in order", 20, ("tests/lists/test_paging.py",)),
    Proof("200 orders of workers, people and kills over 32,000 rows: rows, counts and undo are the model's", 40,
          ("tests/lists/test_interleavings.py",)),
    Proof("a backup and a restore killed before every statement, commit and file put in place, and begun again", 12,
          ("tests/staff/test_killed.py",)),
    Proof("forms, questionnaires and requests of programs, cut at every byte and sent again: nothing half, nothing "
          "twice, no alert missed", 2, ("tests/test_cut_off.py",)),
    Proof("10,000 guesses at a password over four processes, each from another address: at most 100 are looked at, and "
          "its person gets in", 100, ("tests/accounts/test_guesses.py",)),
    Proof("a wrong password, secret or forgotten password takes as long for 1,000 addresses without an account as for "
          "1,000 with one: medians within 5 ms", 50, ("tests/accounts/known_addresses.py",)),
    Proof("a file of patients, killed at 58 places while it is checked, written and taken back: nobody lost, nobody "
          "twice", 20, ("tests/imports/test_killed.py",)),
    Proof("1,000 files of any bytes, mangled files and mangled spreadsheets are answered, never by an error of the "
          "server", 25, ("tests/imports/test_hostile.py",)),
    Proof("100,000 people of households, and FEBRL's published sets: who is registered twice, by one table and one "
          "threshold", 10, ("tests/matching/test_populations.py",)),
    Proof("outcomes of 204 seeded clinics, by an oracle that reads raw answers: the same figures; 425 walks of "
          "completing, amending, archiving, merging and binning: kept courses are what the assessments come to; each "
          "figure of 17 clinics has as many rows behind it as it says", 17,
          ("tests/assessments/test_outcomes.py", "tests/assessments/test_courses.py",
           "tests/assessments/test_outcome_links.py")),
    Proof("a first start and a deploy killed after every change to the database, and begun again: whole", 12,
          ("tests/tenancy/test_first_start.py",)),
    Proof("the browser's journeys, unchanged, with the record as two services behind nginx", 1, ("tests/browser",),
          "TEST_AS_TWO"),
)  # fmt: skip


def run(proof: Proof) -> tuple[str, float]:
    """The last line of pytest, and the seconds it took."""
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "--show-capture=no", *proof.tests]
    switched = {proof.switch: "1"} if proof.switch else {}
    environment = os.environ | {"TIMES": str(proof.times)} | switched
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if ran.returncode:
        sys.stdout.write(ran.stdout[-4000:])
    return (ran.stdout.strip().splitlines() or ["error: pytest said nothing"])[-1], time.monotonic() - began


def is_shown(said: str) -> bool:
    return "passed" in said and "failed" not in said and "error" not in said


def kept() -> dict[str, str]:
    """The rows of docs/proof.md by what they show."""
    rows = RESULTS.read_text().splitlines() if RESULTS.exists() else []
    return {row.split(" | ")[0].removeprefix("| "): row for row in rows if row.startswith("| ")}


def write(rows: dict[str, str]) -> None:
    """Write the last result of each proof that is declared, and say of the others that they were not run."""
    lines = [row if (row := rows.get(proof.shows)) else f"| {proof.shows} | not run | | |" for proof in PROOFS]
    RESULTS.write_text("\n".join([*HEAD, *lines]) + "\n")


def main() -> None:
    """Run the proofs whose tests have one of the words given in their paths, or all; each is written when it ends."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    words, failed = sys.argv[1:], False
    for proof in PROOFS:
        if words and not any(word in path for word in words for path in proof.tests):
            continue
        said, seconds = run(proof)
        failed = failed or not is_shown(said)
        sys.stdout.write(f"{proof.shows}: {said}\n")
        sys.stdout.flush()
        when = f"{datetime.now(UTC):%Y-%m-%d}, {commit.stdout.strip()}"
        write(kept() | {proof.shows: f"| {proof.shows} | {said.strip('= ')} | {seconds:.0f} | {when} |"})
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
