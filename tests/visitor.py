"""Asks the WSGI application itself, with the signals that open and close connections around each request."""

import io
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.core.wsgi import get_wsgi_application
from django.test import Client


class Visitor:
    """Somebody who signed in, known by a cookie header, or a program, by a header of its own."""

    def __init__(self, cookie: str) -> None:
        self.cookie = cookie
        self.application = get_wsgi_application()

    def get(self, path: str, **headers: str) -> tuple[str, str]:
        """The status line and the body."""
        return self.send("GET", path, **headers)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[str, str]:
        """The status line and the body of what is answered to `body`, which is JSON."""
        path, _, query = path.partition("?")
        environ: dict[str, Any] = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        environ |= {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_COOKIE": self.cookie}
        environ |= {"wsgi.input": io.BytesIO(body)}
        if body:
            environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
        setup_testing_defaults(environ)
        told: list[str] = []
        response = self.application(environ, lambda status, headers, exc_info=None: told.append(status))
        try:
            return told[0], b"".join(response).decode(errors="replace")
        finally:
            response.close()


def cookie(client: Client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
