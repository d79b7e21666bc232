"""Bringing in a file of patients at the command line."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.imports.actions import begin_import, settle_columns
from clinic.imports.cleaning import practitioner_key
from clinic.imports.content import PIECE, TooLarge
from clinic.imports.errorfile import error_file
from clinic.imports.fields import USER, labels
from clinic.imports.files.rows import Unreadable
from clinic.imports.models import ImportBatch, ImportFault, Stage
from clinic.imports.work import checking, writing
from clinic.imports.work.steps import Work, of_operator
from clinic.lists.running import StoppedWork
from clinic.staff.actions import Operator
from clinic.staff.clinics import find_clinic
from clinic.staff.models import NOBODY, Practitioner
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope


class Command(BaseCommand):
    help = (
        "Bring a file of patients into a clinic: whole, or with --good its good rows. --dry-run only says what would "
        "come of it. The exit code is 1 where something is wrong with a row."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or id")
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--good", action="store_true", help="bring in the good rows, whatever is wrong with others")
        parser.add_argument(
            "--practitioner", default="", help=f"who gets the patients whose row names nobody; or {NOBODY}"
        )
        parser.add_argument("--gender", default="", help="of patients whose row has none: unknown, for example")
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="encoding, separator or sheet of the file",
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="HEADING=FIELD",
            help=f"fields: {', '.join(labels())}, ignored",
        )
        parser.add_argument(
            "--order", action="append", default=[], metavar="HEADING=day|month", help="of dates' figures"
        )
        parser.add_argument(
            "--code", action="append", default=[], metavar="HEADING:CODE=VALUE", help="what a code means"
        )
        parser.add_argument("--errors", type=Path, help="where to write the rows that are at fault, as CSV")
        parser.add_argument("--by", default="", metavar="NAME", help="whom the trail names; Operator if not given")

    def handle(self, *args: Any, clinic: str, file: Path, **options: Any) -> None:
        try:
            found = find_clinic(clinic)
            work = self._begun(found, file, options)
            checking.run(work)
            self._refuse_questions(work.batch)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except (Unreadable, OSError) as error:
            raise CommandError(str(error)) from error
        except TooLarge as error:
            raise CommandError("The file is larger than 256 megabytes.") from error
        self._write(work, options)

    def _begun(self, clinic: Clinic, file: Path, options: dict[str, Any]) -> Work:
        by = Operator.named(options["by"])
        said = pairs(options["answer"])
        with clinic_scope(clinic):
            batch = begin_import(by=by, clinic=clinic, file_name=file.name, chunks=chunks_of(file), said=said)
            if choice := batch.facts.get("choice"):
                ways = ", ".join(repr(option[0]) for option in choice["options"])
                raise ValidationError(f"Say how the file is read: --answer {choice['name']}=…, one of {ways}.")
            settle_columns(batch, self._answers(batch, options))
        return of_operator(clinic, batch, by)

    def _answers(self, batch: ImportBatch, options: dict[str, Any]) -> dict[str, Any]:
        columns = {**batch.facts["proposed"], **pairs(options["column"])}
        codes: dict[str, dict[str, str]] = {}
        for named, value in pairs(options["code"]).items():
            heading, _, code = named.rpartition(":")
            codes.setdefault(heading, {})[code] = value
        return {
            "columns": columns,
            "orders": pairs(options["order"]),
            "codes": codes,
            "otherwise": {"gender": options["gender"]} if options["gender"] else {},
            USER: self._practitioner(options["practitioner"]),
        }

    def _practitioner(self, name: str) -> str:
        people = checking.practitioners()
        if name.strip().lower() == NOBODY:
            return ""
        if not name and len(people) == 1:
            return str(next(iter(people.values())))
        key = people.get(practitioner_key(name))
        if key is None:
            names = ", ".join(Practitioner.objects.active().values_list("display_name", flat=True))
            raise ValidationError(
                f"Say with --practitioner who gets patients whose row says nothing: {names}, {NOBODY}."
            )
        return str(key)

    def _refuse_questions(self, batch: ImportBatch) -> None:
        questions = batch.found.get("questions", [])
        for question in questions:
            examples = ", ".join(example["text"] or "nothing" for example in question["examples"])
            self.stderr.write(f"{question['heading']}: what are {examples}? ({question['what']})")
        if questions:
            raise ValidationError("Some columns are not certain: say what they are with --order and --code.")

    def _write(self, work: Work, options: dict[str, Any]) -> None:
        batch = work.batch
        self.stdout.write(f"{batch.rows} rows: {batch.good} good, {batch.here} here already, {batch.faulty} at fault.")
        if batch.faulty and options["errors"]:
            with options["errors"].open("wb") as file:
                file.writelines(error_file(work.clinic, batch))
        if not options["dry_run"] and batch.good and (options["good"] or not batch.faulty):
            with work.step():
                batch.answers = {**batch.answers, "whole": not options["good"]}
                batch.stage = Stage.WRITING
                batch.save()
            try:
                writing.run(work)
            except StoppedWork as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{batch.created} patients were brought in.")
        if batch.faulty:
            with work.step():
                rows = (
                    ImportFault.objects.filter(batch=batch, is_here=False).order_by("row").values_list("row", flat=True)
                )
                raise CommandError(f"Something is wrong with rows {', '.join(map(str, rows[:20]))}.")


def chunks_of(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(PIECE):
            yield chunk


def pairs(texts: list[str]) -> dict[str, str]:
    """ "Born=day" as {"Born": "day"}; a separator may be written as \\t."""
    found = {}
    for text in texts:
        name, sign, value = text.rpartition("=")
        if not sign:
            raise ValidationError(f"“{text}” is not NAME=VALUE.")
        found[name] = value.replace("\\t", "\t")
    return found
