"""A proxy between the application and PostgreSQL that sees each message: what is counted here was really sent."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

from tests.pooler import server


class Wire:
    """Passes bytes on, noting every query in `messages`; `cut_after` drops the line once one with that text is through.

    The server gets the statement that is cut after, and its answer is lost.
    """

    def __init__(self) -> None:
        self.messages: list[str] = []
        self._open: list[tuple[socket.socket, socket.socket]] = []
        self.cut_after: str | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Break every line that is open."""
        for ends in self._open:
            _hang_up(*ends)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = _connect()
                self._open.append((client, server))
                for work in (self._forward, self._back):
                    threading.Thread(target=work, args=[client, server], daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        started = False
        with contextlib.suppress(OSError, ValueError):
            while True:
                kind = _exactly(client, 1) if started else b""
                length = _exactly(client, 4)
                body = _exactly(client, struct.unpack("!I", length)[0] - 4)
                started = True
                if kind == b"Q":
                    self.messages.append(body.rstrip(b"\0").decode(errors="replace"))
                server.sendall(kind + length + body)
        _hang_up(client, server)

    def _back(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if self.cut_after and self.messages and self.cut_after in self.messages[-1]:
                    break
                client.sendall(data)
        _hang_up(client, server)


def _connect() -> socket.socket:
    host, port, _ = server()
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    line = socket.socket(socket.AF_UNIX)
    line.connect(f"{host}/.s.PGSQL.{port}")
    return line


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        if not (more := source.recv(count - len(data))):
            raise ValueError("The line ended.")
        data += more
    return data


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def wire(connection: object) -> Iterator[Wire]:
    """Has a Django connection go through a proxy, on a new session, for the length of the block."""
    line = Wire()
    try:
        with through(connection, "127.0.0.1", line.port):
            yield line
    finally:
        line.close()


@contextlib.contextmanager
def through(connection: Any, host: str, port: int) -> Iterator[None]:
    """Has a Django connection, in every thread, go to another address for the length of the block."""
    settings = connection.settings_dict
    before = {key: settings[key] for key in ("HOST", "PORT", "OPTIONS")}
    connection.close()
    settings.update(HOST=host, PORT=str(port), OPTIONS={**before["OPTIONS"], "sslmode": "disable"})
    try:
        yield
    finally:
        connection.close()
        settings.update(before)
