"""Sending one thing to one address: over HTTP/1.1, without redirects, within a time, reading little of the answer."""

import re
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException

from clinic.webhooks.addresses import BadAddress, Target, read_target, resolve

PATIENCE = 10.0  # seconds for all of it
MOST_READ = 8192  # bytes of an answer
MOST_PLACES = 3  # addresses of a name that are tried
STATUS = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d)[ \r\n]")


@dataclass(frozen=True)
class Answer:
    """What came of it: the status that was answered, or in words why there is none."""

    status: int | None
    why: str = ""

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
            return _answered(_exchange(connection, target, headers, body, deadline))
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


def _answered(status: int) -> Answer:
    if 300 <= status < 400:
        return Answer(status, "It answered with another address, which is not followed.")
    return Answer(status, "" if 200 <= status < 300 else f"It answered {status}.")


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


def _exchange(connection: socket.socket, target: Target, headers: dict[str, str], body: bytes, deadline: float) -> int:
    """The status of the answer; raises Nonsense, OSError and HTTPException."""
    http = HTTPConnection(target.host, target.port)
    http.auto_open = 0  # a connection that was closed is not made anew, with the name resolved again
    http.sock = connection
    connection.settimeout(_left(deadline))
    with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered without reading
        http.request("POST", target.path, body, {"Host": target.authority, "Connection": "close", **headers})
    return _status(connection, deadline)


def _status(connection: socket.socket, deadline: float) -> int:
    """The status of the answer, past those that only say that it is coming; raises Nonsense and OSError."""
    received = b""
    while True:
        found = STATUS.match(received)
        if found and int(found[1]) >= 200:
            return int(found[1])
        _, blank, rest = received.partition(b"\r\n\r\n") if found else (b"", b"", b"")
        if blank:
            received = rest
            continue
        if len(received) > MOST_READ or (not found and len(received) >= len(b"HTTP/1.1 200 ")):
            raise Nonsense
        connection.settimeout(_left(deadline))
        chunk = connection.recv(1024)
        if not chunk:
            raise Nonsense
        received += chunk
