"""The check of the Standard Webhooks specification, written apart from what signs."""

import base64
import hashlib
import hmac
import json
import time


def verified(secret: str, headers: dict[str, str], body: bytes):
    """What was sent, where the signature of the secret is among those of the header and it is not old; else None."""
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [each.split(",", 1)[1] for each in headers["webhook-signature"].split(" ") if each.startswith("v1,")]
    recent = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return json.loads(body) if recent and any(hmac.compare_digest(expected, each) for each in given) else None
