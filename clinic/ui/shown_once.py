"""A secret on its way to the page that shows it once: sealed in the session, and taken from it by that page."""

from cryptography.fernet import InvalidToken

from clinic.access import Request
from clinic.ui.sealing import seal

PURPOSE = "clinic.answer.link"
KEPT_KEY = "links"  # as the release before calls it, which kept links only


def keep_once(request: Request, key: str, secret: str) -> None:
    """Keep a secret that was just made until its page is opened. The session's row has it sealed."""
    sealed = seal(PURPOSE).encrypt(secret.encode()).decode()
    request.session[KEPT_KEY] = {**request.session.get(KEPT_KEY, {}), key: sealed}


def take_once(request: Request, key: str) -> str:
    """The secret that was kept under a key; empty where it was taken before, or made by somebody else."""
    kept = dict(request.session.get(KEPT_KEY, {}))
    sealed = kept.pop(key, "")
    if not sealed:
        return ""
    request.session[KEPT_KEY] = kept
    try:
        return seal(PURPOSE).decrypt(sealed).decode()
    except InvalidToken:  # the server has another secret since, and has forgotten that one
        return ""
