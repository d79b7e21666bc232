"""Who asks for the peers' pages. Run under bench.peers.settings, it prints the cookie as JSON."""

import json

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client


def sign_in() -> str:
    """The Cookie header of a signed-in superuser, who is made where there is none."""
    user = User.objects.filter(username="peer").first() or User.objects.create_superuser("peer")
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]  # the clinic's users are others
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


if __name__ == "__main__":
    print(json.dumps(sign_in()))
