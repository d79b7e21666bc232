"""Sending one thing to one address: over HTTP/1.1, without redirects, within a time, reading little of the answer."""

import re
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http.client import HTTPConnection, HTTPException

from clinic.webhooks.addresses import BadAddress, Target, read_target, resolve
from clinic.webhooks.waiting import BUSY, asked_pause

PATIENCE = 10.0  # seconds for all of it
MOST_READ = 8192  # bytes of an answer
MOST_PLACES = 3  # addresses of a name that are tried
STATUS = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d)[ \r\n]")


@dataclass(frozen=True)
class Answer:
    """What came of it: the status that was answered, or in words why there is none.

    `pause` is how long a receiver that is busy asks to be left alone.
    """

    status: int | None
    why: str = ""
    pause: timedelta = timedelta()

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Nonsense(Exception):
    """What came is no answer of HTTP."""


def post(url: str, headers: dict[str, str], body: bytes) -> Answer:
    """Send `body` to an address; whatever goes wrong is an answer without a status."""
    deadline = time.monotonic() + PATIENCE
    try:
        target = read_target(url)
        with _connected(target, deadline) as connection:
            return _exchange(connection, target, headers, body, deadline)
    except BadAddress as error:
        return Answer(None, str(error))
    except TimeoutError:
        return Answer(None, f"No answer within {PATIENCE:.0f} seconds.")
    except socket.gaierror:
        return Answer(None, "The host's name was not found.")
    except ssl.SSLError:
        return Answer(None, "The host's certificate was not accepted.")
    except OSError:
        return Answer(None, "The connection could not be made, or broke.")
    except (Nonsense, HTTPException):
        return Answer(None, "What came back was no answer of HTTP.")


def _answered(status: int, pause: timedelta) -> Answer:
    if 300 <= status < 400:
        return Answer(status, "It answered with another address, which is not followed.")
    return Answer(status, "" if 200 <= status < 300 else f"It answered {status}.", pause)


def _left(deadline: float) -> float:
    """The seconds that are left; raises TimeoutError."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@cache
def _authorities() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connected(target: Target, deadline: float) -> socket.socket:
    """A connection to one of the addresses that were looked at; raises BadAddress and OSError."""
    failure = OSError()
    for family, place in resolve(target)[:MOST_PLACES]:
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(_left(deadline))
            connection.connect(place)
            if not target.secure:
                return connection
            connection.settimeout(_left(deadline))
            return _authorities().wrap_socket(connection, server_hostname=target.host)
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def _exchange(
    connection: socket.socket, target: Target, headers: dict[str, str], body: bytes, deadline: float
) -> Answer:
    """What was answered; raises Nonsense, OSError and HTTPException."""
    http = HTTPConnection(target.host, target.port)
    http.auto_open = 0  # a connection that was closed is not made anew, with the name resolved again
    http.sock = connection
    connection.settimeout(_left(deadline))
    with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered without reading
        http.request("POST", target.path, body, {"Host": target.authority, "Connection": "close", **headers})
    status, received = _status(connection, deadline)
    return _answered(status, asked_pause(_head(connection, received, deadline)) if status in BUSY else timedelta())


def _status(connection: socket.socket, deadline: float) -> tuple[int, bytes]:
    """The status of the answer, past those that only say that it is coming, and what came with it.

    Raises Nonsense and OSError.
    """
    received = b""
    while True:
        found = STATUS.match(received)
        if found and int(found[1]) >= 200:
            return int(found[1]), received
        _, blank, rest = received.partition(b"\r\n\r\n") if found else (b"", b"", b"")
        if blank:
            received = rest
            continue
        if len(received) > MOST_READ or (not found and len(received) >= len(b"HTTP/1.1 200 ")):
            raise Nonsense
        chunk = _more(connection, deadline)
        if not chunk:
            raise Nonsense
        received += chunk


def _head(connection: socket.socket, received: bytes, deadline: float) -> bytes:
    """The answer up to its blank line, or what comes of it in time."""
    with suppress(OSError):
        while b"\r\n\r\n" not in received and len(received) <= MOST_READ and (chunk := _more(connection, deadline)):
            received += chunk
    head, blank, _ = received.partition(b"\r\n\r\n")
    return head + blank


def _more(connection: socket.socket, deadline: float) -> bytes:
    connection.settimeout(_left(deadline))
    return connection.recv(1024)
