"""Secrets and signatures of the Standard Webhooks specification, version 1.0.0.

What is signed is id, time and body with points between: `msg_2f6e….1764442800.{"type":"alert.raised",…}`.
"""

import hmac
import secrets
from base64 import b64decode, b64encode

from clinic.ui.sealing import seal

PURPOSE = "clinic.webhook.secret"
PREFIX = "whsec_"
BYTES = 32  # the specification wants 24 to 64


def new_secret() -> str:
    return PREFIX + b64encode(secrets.token_bytes(BYTES)).decode()


def sealed(secret: str) -> str:
    return seal(PURPOSE).encrypt(secret.encode()).decode()


def opened(kept: str) -> str:
    """The secret as it was made; raises InvalidToken where the server has forgotten the key that sealed it."""
    return seal(PURPOSE).decrypt(kept).decode()


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{id}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{b64encode(digest).decode()}"
