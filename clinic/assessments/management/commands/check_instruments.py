"""Check the instruments of the application, or files that are to join them."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.instruments.files.toml import FOLDER, problems


class Command(BaseCommand):
    help = "Names every fault in instrument files, with file and line; fails where there is one."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="where the .toml files are")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        files = sorted(folder.glob("*.toml"))
        if not files:
            raise CommandError(f"There are no .toml files in {folder}.")
        if found := problems(folder):
            raise CommandError("\n".join(found))
        instruments = {file.name.partition(".")[0] for file in files}
        self.stdout.write(f"{len(files)} files of {len(instruments)} instruments, no faults.")
