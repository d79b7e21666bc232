"""Static files that are made when they are collected: the icons that pages refer to, and the stylesheets as one."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import heroicons
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

from clinic.ui.icons import FILE, USED

STYLES = (
    "tokens", "frame", "parts", "record", "phone", "filters", "table", "cards", "tools", "form", "duplicates", "answer",
    "trend", "summary", "report", "timeline", "today", "severity", "tags", "finder", "alerts", "account", "help",
    "idle", "print",
)  # fmt: skip
NEEDLESS = re.compile(r' xmlns="[^"]*"| aria-hidden="[^"]*"|\n\s*')


def icons() -> str:
    """Every icon that is used, as the package draws it; the drawings are not copied into our tree."""
    symbols = []
    with ZipFile(Path(heroicons.__file__).with_name("heroicons.zip")) as archive:
        for style, names in USED.items():
            for name in names:
                drawn = NEEDLESS.sub("", archive.read(f"{style}/{name}.svg").decode())
                symbols.append(drawn.replace("<svg", f'<symbol id="{style}-{name}"', 1).replace("</svg>", "</symbol>"))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def styles() -> str:
    """Our stylesheets in the order in which one overrules another: a page asks once and names one."""
    folder = Path(settings.BASE_DIR, "static", "css")
    return "\n".join((folder / f"{name}.css").read_text() for name in STYLES)


class MadeFiles(BaseFinder):
    """Writes the files where they are missing or another, so that `make run` sees by their dates whether to collect."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        storage = FileSystemStorage(settings.MADE_ROOT)
        for name, text in ((FILE, icons()), ("css/clinic.css", styles())):
            file = Path(storage.path(name))
            if not file.exists() or file.read_text() != text:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            yield name, storage

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Nothing: pages name what was collected."""
        return []
