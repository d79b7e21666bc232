"""Second factors of people in tests: set up on the product's own pages, and the codes that an app would show."""

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.test import Client

from clinic.accounts.models import User

APP_ON, CODE = "/accounts/factors/app/on/", "/accounts/code/"
HALF_MINUTE = 30


def code_of(secret: str, later: int = 0) -> str:
    """What an app with this key shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // HALF_MINUTE + later))


def code_for(user: User, later: int = 0) -> str:
    app = Authenticator.objects.get(user=user.pk, type="totp")
    return code_of(decrypt(app.data["secret"]), later)


def key_on(page: str) -> str:
    return re.search(r'<code class="key" translate="no">([A-Z2-7]+)', page)[1]


def set_up_app(client: Client) -> list[str]:
    """Set an app up as whoever is signed in would; the recovery codes that are shown."""
    code = code_of(key_on(client.get(APP_ON).content.decode()))
    response = client.post(APP_ON, {"code": code}, follow=True)
    assert response.status_code == 200, response.content.decode()
    return re.findall(r"<code>(\d{8})</code>", response.content.decode())
