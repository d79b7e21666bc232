"""A receiver of webhooks on this machine, which answers as each test has it."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from tests.patience import PATIENCE

Behaviour = Callable[[socket.socket], None]


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.body)


def read_request(connection: socket.socket) -> Received:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(4096)
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers["content-length"]):
        body += connection.recv(4096)
    return Received(first.split()[1], headers, body)


def raw(text: bytes) -> Behaviour:
    """Answer with these bytes, whatever they are."""
    return lambda connection: connection.sendall(text)


def status(code: int, more: str = "") -> Behaviour:
    return raw(f"HTTP/1.1 {code} Words\r\n{more}Content-Length: 0\r\n\r\n".encode())


@dataclass
class Receiver:
    """Answers by the next of `behaviours`, and then by 200. `released` ends those that never answer."""

    behaviours: list[Behaviour] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    reads: bool = True
    released: threading.Event = field(default_factory=threading.Event)

    port: int = 0

    def __enter__(self) -> Self:
        self.rise()
        return self

    def __exit__(self, *args: object) -> None:
        self.released.set()
        self.fall()

    def rise(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, args=(self.listening,), daemon=True)
        self.thread.start()

    def fall(self) -> None:
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join(10)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/hooks?by=clinic"

    @property
    def told(self) -> list[dict[str, Any]]:
        return [each.told for each in self.received]

    def silent(self, connection: socket.socket) -> None:
        """Read, and never answer."""
        self.released.wait(PATIENCE)

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                if self.reads:
                    self.received.append(read_request(connection))
                (self.behaviours.pop(0) if self.behaviours else status(200))(connection)
