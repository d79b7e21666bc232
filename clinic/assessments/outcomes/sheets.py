"""Tables of figures as pages and files have them: cells of text, some a link to the rows that they count."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.utils import timezone

from clinic.assessments.outcomes.asking import Asked
from clinic.assessments.outcomes.shares import per_cent, wilson
from clinic.instruments.catalogue import title_of
from clinic.lists.jobs.spreadsheets import FORMATS, pieces

HOW = "How this is counted"
HEIGHT = 180  # of a drawing


class Cell(NamedTuple):
    """`says` is what a link is called beside its figure, for those who hear it; `now` what a kept figure is today.

    `data` is what programs read where a figure is no whole number.
    """

    text: str
    url: str = ""
    says: str = ""
    now: str = ""
    data: Any = None


class Point(NamedTuple):
    """The bar of the quartiles from `top` to `bottom`, the median at `y`."""

    x: float
    top: float
    y: float
    bottom: float
    title: str
    text: str


class Tick(NamedTuple):
    at: float
    text: str
    below: str = ""


class Drawing(NamedTuple):
    """The spread as a field of quartiles at each week, and a line through the medians."""

    points: list[Point]
    strokes: list[tuple[Point, Point]]
    ticks: list[Tick]
    scale: list[Tick]
    description: str
    height: int = HEIGHT


@dataclass(frozen=True)
class Sheet:
    """A table with a heading of each column; the first column names the row, and those of `words` hold no figures.

    `lead` is the sentence above it, `drawing` the same as a picture.
    """

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    counted: str
    empty: str = "Nothing to count here."
    words: frozenset[int] = frozenset()
    lead: str = ""
    drawing: Drawing | None = None

    @property
    def says(self) -> str:
        """What the words under the table are about: where each row says how it is counted, of whom."""
        return "Who is counted" if HOW in self.headings else HOW

    @property
    def lines(self) -> list[list[tuple[str, Cell, bool]]]:
        """Each row as its cells with the heading, and whether the cell is a figure."""
        return [
            [(head, cell, at not in self.words) for at, (head, cell) in enumerate(zip(self.headings, row, strict=True))]
            for row in self.rows
        ]

    @property
    def heads(self) -> list[tuple[str, bool]]:
        return [(head, at not in self.words) for at, head in enumerate(self.headings)]


def share_text(count: int, of: int) -> str:
    """A share with its 95 % interval: "41 % (33 to 49)"; said of fewer than five it would be one of them."""
    share, interval = per_cent(count, of), wilson(count, of)
    return "Fewer than 5" if share is None or interval is None else f"{share} % ({interval.low} to {interval.high})"


def share_cell(count: int, of: int, url: str, says: str) -> Cell:
    """A share that leads to the rows of its count; one that is not said leads nowhere."""
    share, interval = per_cent(count, of), wilson(count, of)
    if share is None or interval is None:
        return Cell(share_text(count, of))
    return Cell(share_text(count, of), url, says, data={"per_cent": share, **interval._asdict()})


def tables_of(sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    """The tables as programs read them: figures as numbers, and null where a figure is not said of so few."""
    return [
        {
            "title": sheet.title,
            "columns": list(sheet.headings),
            "rows": [[_told(cell, at not in sheet.words) for at, cell in enumerate(row)] for row in sheet.rows],
            "counted": sheet.counted,
        }
        for sheet in sheets
    ]


def _told(cell: Cell, is_figure: bool) -> Any:
    value = _value(cell, is_figure)
    return cell.data if is_figure and not isinstance(value, int) else value


def file_of(asked: Asked, sheets: Sequence[Sheet], kind: str) -> HttpResponse:
    """The file of these tables."""
    labels = (f"Outcomes by {title_of(asked.instrument)}", "First total", str(asked.since), str(asked.upto))
    return answer_of(kind, f"outcomes-{asked.instrument}-{timezone.localdate()}", labels, file_rows(sheets))


def answer_of(kind: str, name: str, labels: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Rows under `labels` as a file to download. It is small: figures, and no patients."""
    made = b"".join(piece for piece, _ in pieces(kind, labels, [list(rows)]))
    answer = HttpResponse(made, content_type=FORMATS[kind].media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{FORMATS[kind].ending}"'
    return answer


def file_rows(sheets: Sequence[Sheet]) -> Iterator[Sequence[Any]]:
    for sheet in sheets:
        yield ()
        yield (sheet.title,)
        yield tuple(sheet.headings)
        for row in sheet.rows:
            yield tuple(_value(cell, at not in sheet.words) for at, cell in enumerate(row))
        yield (sheet.counted,)


def _value(cell: Cell, is_figure: bool) -> Any:
    return int(cell.text) if is_figure and cell.text.isascii() and cell.text.isdigit() else cell.text
