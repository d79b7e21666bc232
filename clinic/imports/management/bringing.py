"""What the commands that bring in files have alike."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clinic.imports.content import PIECE, TooLarge
from clinic.imports.errorfile import error_file
from clinic.imports.files.rows import Unreadable
from clinic.imports.models import ImportBatch, ImportFault, Stage
from clinic.imports.work.steps import Work
from clinic.lists.running import StoppedWork
from clinic.staff.clinics import find_clinic
from clinic.tenancy.models import Clinic


class BringsIn(BaseCommand):
    """`begun` makes an import of the file and says how it is read; `what` is what its rows become."""

    what: ClassVar[str]
    uncertain: ClassVar[str]
    run_check: ClassVar[Callable[[Work], None]]
    run_write: ClassVar[Callable[[Work], None]]

    def begun(self, clinic: Clinic, file: Path, options: dict[str, Any]) -> Work:
        raise NotImplementedError

    def handle(self, *args: Any, clinic: str, file: Path, **options: Any) -> None:
        try:
            work = self.begun(find_clinic(clinic), file, options)
            type(self).run_check(work)
            self._refuse_questions(work.batch)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except (Unreadable, OSError) as error:
            raise CommandError(str(error)) from error
        except TooLarge as error:
            raise CommandError("The file is larger than 256 megabytes.") from error
        self._write(work, options)

    def _refuse_questions(self, batch: ImportBatch) -> None:
        questions = batch.found.get("questions", [])
        for question in questions:
            examples = ", ".join(example["text"] or "nothing" for example in question["examples"])
            self.stderr.write(f"{question['heading']}: what are {examples}? ({question['what']})")
        if questions:
            raise ValidationError(self.uncertain)

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
                type(self).run_write(work)
            except StoppedWork as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{batch.created} {self.what} were brought in.")
        if batch.faulty:
            with work.step():
                faults = ImportFault.objects.filter(batch=batch, is_here=False).order_by("row")
                rows = list(dict.fromkeys(faults.values_list("row", flat=True)))
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
