"""A new link on its way to the page that shows it: sealed in the session, and taken from it once."""

from base64 import urlsafe_b64encode
from uuid import UUID

import qrcode
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

from clinic.access import Request
from clinic.assessments.selfreport.actions import IssuedRequest

LINKS_KEY = "links"


def keep_link(request: Request, issued: IssuedRequest) -> None:
    """Keep the token of a link that was just made until its page is opened. The session's row has it sealed."""
    if issued.token:
        sealed = _seal().encrypt(issued.token.encode()).decode()
        request.session[LINKS_KEY] = {**request.session.get(LINKS_KEY, {}), str(issued.request.pk): sealed}


def take_link(request: Request, id: UUID) -> str:
    """The token that was kept for this request; empty where it was taken before, or made by somebody else."""
    kept = dict(request.session.get(LINKS_KEY, {}))
    sealed = kept.pop(str(id), "")
    if not sealed:
        return ""
    request.session[LINKS_KEY] = kept
    try:
        return _seal().decrypt(sealed).decode()
    except InvalidToken:  # the server has another secret since, and has forgotten that one
        return ""


def _seal() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac("clinic.answer.link", "", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])


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
