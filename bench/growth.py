"""How the time of an answer grows with the rows, drawn as SVG: both axes are logarithmic."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 420, 70, 190, 50, 50
COLOURS = ("#0b6e4f", "#7a7a7a", "#b3261e", "#c77700", "#3b5bdb", "#862e9c")
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:15px}"
    ".grid{stroke:#ddd}.line{fill:none;stroke-width:2.5}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}}"
)


def drawn(title: str, lines: Mapping[str, Mapping[int, float]]) -> str:
    """A chart of milliseconds by number of rows, a line each by name."""
    sizes = sorted({size for line in lines.values() for size in line})
    values = [value for line in lines.values() for value in line.values()]
    decades = range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)

    def x(size: int) -> float:
        span = math.log10(sizes[-1] / sizes[0]) or 1
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(size / sizes[0]) / span

    def y(value: float) -> float:
        share = (math.log10(value) - decades[0]) / max(1, len(decades) - 1)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}"><style>{STYLE}</style>',
        f'<text class="title" x="{LEFT}" y="28">{escape(title)}</text>',
    ]
    for decade in decades:
        at = y(10**decade)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10**decade:g} ms</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{size:,}</text>')
    ends = spread([y(line[max(line)]) for line in lines.values()])
    for (name, line), colour, end in zip(lines.items(), COLOURS, ends, strict=False):
        points = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in sorted(line.items()))
        parts.append(f'<polyline class="line" stroke="{colour}" points="{points}"/>')
        parts += [
            f'<circle cx="{x(size):.1f}" cy="{y(value):.1f}" r="4" fill="{colour}"/>' for size, value in line.items()
        ]
        parts.append(f'<text x="{WIDTH - RIGHT + 12}" y="{end + 4:.1f}" style="fill:{colour}">{escape(name)}</text>')
    return "".join([*parts, "</svg>\n"])


def spread(places: Sequence[float], apart: float = 16) -> list[float]:
    """The places moved down where they are nearer to each other than labels are high."""
    moved = dict.fromkeys(range(len(places)), 0.0)
    last = -math.inf
    for number in sorted(moved, key=lambda number: places[number]):
        last = moved[number] = max(places[number], last + apart)
    return list(moved.values())
