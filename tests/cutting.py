"""A proxy that cuts the line between a browser or a program and the server, and a client that tries again."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n", re.IGNORECASE)
END = b"\r\n\r\n"


class Cut(NamedTuple):
    """Where the line ends: after so many bytes of the request or of the answer, or before the server is through."""

    where: str
    at: int = 0


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    size: int  # of all that the server sent


class Cutter:
    """Passes bytes on to a server; the next connection is cut where `cut` says, and the ones after it are not."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self.server = (address.hostname, address.port)
        self.cut: Cut | None = None
        self.busy: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def settle(self) -> None:
        """Wait until the server is through with everything."""
        while self.busy:
            self.busy.pop().join(30)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                cut, self.cut = self.cut, None
                thread = threading.Thread(target=self._pass_on, args=[client, cut], daemon=True)
                self.busy.append(thread)
                thread.start()

    def _pass_on(self, client: socket.socket, cut: Cut | None) -> None:
        with client, socket.create_connection(self.server) as server, contextlib.suppress(OSError):
            request = whole(client)
            if cut and cut.where == "request":
                server.sendall(request[: cut.at])
                server.shutdown(socket.SHUT_WR)
                everything(server)
                return
            server.sendall(request)
            if cut and cut.where == "at once":
                client.close()
            answer = everything(server)
            client.sendall(answer[: cut.at] if cut else answer)


def whole(source: socket.socket) -> bytes:
    """A request, by its own length."""
    data = b""
    while END not in data or len(data) < data.index(END) + len(END) + int(LENGTH.search(data)[1]):
        if not (more := source.recv(65536)):
            break
        data += more
    return data


def everything(source: socket.socket) -> bytes:
    """All that comes until the line is closed."""
    data = b""
    while more := source.recv(65536):
        data += more
    return data


@dataclass
class Sender:
    """A browser, the script of a page or a program: what it sends until an answer is whole."""

    cutter: Cutter
    headers: dict[str, str]

    def request(self, method: str, path: str, body: str, kind: str) -> bytes:
        headers = {"Host": "127.0.0.1", "Connection": "close", "Content-Type": kind, **self.headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, f"Content-Length: {len(body.encode())}", "", body]).encode()

    def send(self, request: bytes) -> Answer | None:
        """The answer; None where it did not come whole."""
        with socket.create_connection(("127.0.0.1", self.cutter.port)) as line:
            line.sendall(request)
            try:
                data = everything(line)
            except ConnectionResetError:
                return None
        head, end, body = data.partition(END)
        length = LENGTH.search(head + b"\r\n")
        if not end or (length and len(body) < int(length[1])):
            return None
        return Answer(int(head.split()[1]), body.decode(), len(data))

    def until_answered(self, request: bytes, again: Callable[[], bytes] | None = None) -> Answer:
        """Send, and send again what `again` gives (the same) where no answer came."""
        answer = self.send(request) or self.send(again() if again else request)
        assert answer is not None
        return answer

    def form(self, path: str, fields: dict[str, object]) -> bytes:
        return self.request("POST", path, urlencode(fields, doseq=True), "application/x-www-form-urlencoded")


def places(request: int, head: int, answer: int, *, every: bool) -> Iterator[Cut]:
    """Where to cut an exchange: `head` is the length of the request's head. At every byte, or at each kind of place.

    Two requests of one length are cut at the same places.
    """
    chosen = Random(request)  # noqa: S311
    of_request = {0, head, chosen.randrange(1, head), chosen.randrange(head + 1, request), request - 1}
    of_answer = {0, chosen.randrange(1, answer), answer - 1}
    yield Cut("at once")
    yield from (Cut("request", at) for at in (range(request) if every else sorted(of_request)))
    yield from (Cut("answer", at) for at in (range(answer) if every else sorted(of_answer)))
