"""A new link on its way to the page that shows it, and its QR code."""

from uuid import UUID

import qrcode

from clinic.access import Request
from clinic.assessments.selfreport.actions import IssuedRequest
from clinic.ui.shown_once import keep_once, take_once


def keep_link(request: Request, issued: IssuedRequest) -> None:
    """Keep the token of a link that was just made until its page is opened."""
    if issued.token:
        keep_once(request, str(issued.request.pk), issued.token)


def take_link(request: Request, id: UUID) -> str:
    """The token that was kept for this request; empty where it was taken before, or made by somebody else."""
    return take_once(request, str(id))


def qr_path(text: str) -> tuple[int, str]:
    """The QR code of a text for an SVG: how many squares its side has, and the path of the dark ones.

    A path of two squares side by side is "M4 4h2v1h-2z".
    """
    code = qrcode.QRCode(border=4, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    runs = [f"M{start} {y}h{end - start}v1h{start - end}z" for y, row in enumerate(rows) for start, end in _runs(row)]
    return len(rows), "".join(runs)


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where dark squares that touch begin and end."""
    edges = [x for x in range(len(row) + 1) if (x < len(row) and row[x]) != (x > 0 and row[x - 1])]
    return list(zip(edges[::2], edges[1::2], strict=True))
