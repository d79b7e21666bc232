"""Static files that are made when they are collected: icons that pages refer to, the stylesheets as one, the type."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import heroicons
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from xstatic.pkg import roboto_fontface

from clinic.ui.icons import FILE, USED

STYLES = (
    "tokens", "frame", "parts", "record", "photo", "phone", "filters", "table", "cards", "tools", "form", "duplicates",
    "answer", "trend", "summary", "result", "report", "timeline", "today", "severity", "dense", "tags", "finder",
    "alerts", "account", "help", "idle", "print",
)  # fmt: skip
# One family for every machine, of which tokens.css names the weights. Its licence (Apache 2.0) is in the package.
FONTS = ("Roboto-Regular", "Roboto-Medium", "Roboto-Bold")
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


def tab_icons() -> Iterator[tuple[str, str]]:
    """The record's icon in each colour that a clinic can have, as the first set of tokens.css has them."""
    static = Path(settings.BASE_DIR, "static")
    drawn, tokens = (static / "img" / "icon.svg").read_text(), (static / "css" / "tokens.css").read_text()
    first = dict(reversed(re.findall(r"--tag-(\w+): (#\w+);", tokens)))
    for colour, value in first.items():
        yield f"img/icon-{colour}.svg", re.sub('(<rect[^>]* fill=")[^"]*', rf"\g<1>{value}", drawn)


def made() -> Iterator[tuple[str, bytes]]:
    """Each file's name and what is in it."""
    yield from ((name, text.encode()) for name, text in tab_icons())
    yield FILE, icons().encode()
    yield "css/clinic.css", styles().encode()
    for name in FONTS:
        yield f"fonts/{name}.woff2", Path(roboto_fontface.BASE_DIR, "fonts", "roboto", f"{name}.woff2").read_bytes()


class MadeFiles(BaseFinder):
    """Writes the files where they are missing or another, so that `make run` sees by their dates whether to collect."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        storage = FileSystemStorage(settings.MADE_ROOT)
        for name, content in made():
            file = Path(storage.path(name))
            if not file.exists() or file.read_bytes() != content:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            yield name, storage

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Nothing: pages name what was collected."""
        return []
