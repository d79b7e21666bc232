"""Gunicorn's thread worker, giving a thread only to a request that has arrived whole.

A thread holds a connection of the database, so there are few of them. Gunicorn waits in a thread for the rest of a
request: eight clients that send half a line, or half a form, stop the record until they are timed out. Granian waits
for heads without a thread, for bodies with one: 64 unfinished forms stop it too. Here the worker's loop waits, and it
waits for nobody in particular: Gunicorn's own stands still for two seconds where a client does not close. Behind nginx,
which sends whole requests, all this costs nothing.

How long a request then waits for its thread is noted, so that a crowd is told to come again.

Where the record speaks TLS (`SERVER_TLS`), the loop waits for the handshake as it waits for the request.
"""

import re
import selectors
import ssl
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from socket import SHUT_WR, socket
from typing import Any, cast

from gunicorn import http, sock
from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import TConn, ThreadWorker

from clinic.ui.serving.waits import note_wait

WHOLE_WITHIN = 15.0  # seconds from the first byte of a request to its last
SILENT = 60.0  # seconds that a connection may be open without a byte: browsers open some ahead of use
LARGEST = 1_200_000  # bytes; the record refuses larger bodies by their declared length, without reading them
HELD = 64_000_000  # bytes of unfinished requests in a worker
HEAD = 65_536
CLOSED_WITHIN = 2.0  # seconds for a client to close after its last answer; what it still sends is read and dropped
TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
LAST_CHUNK = re.compile(rb"\r\n0+(;[^\r\n]*)?\r\n([^\r\n]+\r\n)*\r\n$")
CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)


@dataclass
class Arriving:
    """A connection whose next request is not whole."""

    connection: TConn
    until: float
    data: bytearray = field(default_factory=bytearray)
    continued: bool = False


@dataclass
class Ending:
    """A connection that got its last answer."""

    connection: TConn
    until: float
    dropped: int = 0


def is_whole(data: bytes | bytearray) -> bool:
    """Whether a thread can read the request, or refuse it, without waiting for its client."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return len(data) > HEAD
    head, body = data[: end + 2], len(data) - end - 4
    if CHUNKED.search(head):
        return body > LARGEST or LAST_CHUNK.search(data, end + 2) is not None
    length = LENGTH.search(head)
    return length is None or body >= int(length[1]) or int(length[1]) > LARGEST


class Worker(ThreadWorker):
    """`worker_class` of the record."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.arriving: dict[TConn, Arriving] = {}
        self.whole_at: dict[TConn, float] = {}
        self.ending: dict[TConn, Ending] = {}

    def init_process(self) -> None:
        self.tls = sock.ssl_context(self.cfg) if self.cfg.is_ssl else None
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """Called by Gunicorn when a connection is new, or speaks again: wait for the whole request."""
        conn.sock.setblocking(False)
        if self.tls is not None and conn.parser is None:
            try:
                conn.sock = self.tls.wrap_socket(conn.sock, server_side=True, do_handshake_on_connect=False)
            except OSError:  # it was closed before it was accepted
                self._close(conn)
                return
        begun = bytearray()
        if isinstance(conn.parser, RequestParser):
            begun += conn.parser.unreader.take_buffered()
        arriving = Arriving(conn, time.monotonic() + (WHOLE_WITHIN if begun else SILENT), begun)
        self.arriving[conn] = arriving
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, arriving))
        self._read(arriving, conn.sock)  # mostly it is there already

    def _read(self, arriving: Arriving, client: socket) -> None:
        ended = False
        try:
            part = client.recv(HEAD)
        except (BlockingIOError, ssl.SSLWantReadError):
            if not arriving.data:
                return
        except OSError:
            ended = True
        else:
            ended = not part
            if part and not arriving.data:
                arriving.until = time.monotonic() + WHOLE_WITHIN
            arriving.data += part
        if ended and not arriving.data:
            self._refuse(arriving)
        elif ended or is_whole(arriving.data):
            self._give_thread(arriving)
        else:
            self._say_continue(arriving)

    def _say_continue(self, arriving: Arriving) -> None:
        """A client that asks before it sends its body would wait for an answer while its request is waited for."""
        if not arriving.continued and CONTINUE.search(arriving.data) and b"\r\n\r\n" in arriving.data:
            arriving.continued = True
            with suppress(OSError):
                arriving.connection.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _give_thread(self, arriving: Arriving) -> None:
        conn = arriving.connection
        del self.arriving[conn]
        self._leave(conn)
        conn.sock.setblocking(True)
        if conn.parser is None:
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
        cast(RequestParser, conn.parser).unreader.unread(bytes(arriving.data))  # HTTP/2 is not offered
        conn.initialized = conn.data_ready = True
        self.whole_at[conn] = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        now = time.monotonic()
        note_wait(now - self.whole_at.pop(conn, now))
        return super().handle(conn)

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Called by Gunicorn when a thread is done with a request."""
        if not fs.cancelled() and fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
            return
        ending = self.ending[conn] = Ending(conn, time.monotonic() + CLOSED_WITHIN)
        try:
            conn.sock.setblocking(False)
            if isinstance(conn.sock, ssl.SSLSocket):
                with suppress(ssl.SSLWantReadError):
                    conn.sock.unwrap()  # says that this was all, and does not wait for the same from the client
            conn.sock.shutdown(SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._drop, ending))
        except (OSError, ValueError):
            self._end(ending)

    def _drop(self, ending: Ending, client: socket) -> None:
        """Read what a client still sends; unread, it would cost it the end of its answer."""
        try:
            part = client.recv(HEAD)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        ending.dropped += len(part)
        if not part or ending.dropped > HEAD:
            self._end(ending)

    def _end(self, ending: Ending) -> None:
        del self.ending[ending.connection]
        self._close(ending.connection)

    def murder_pending(self) -> None:
        """Called every second, and after everything that happens: end what takes too long, or too much."""
        super().murder_pending()
        now = time.monotonic()
        for arriving in list(self.arriving.values()):
            if arriving.until < now or (not self.alive and not arriving.data):
                self._refuse(arriving)
        for ending in list(self.ending.values()):
            if ending.until < now:
                self._end(ending)
        while self.arriving and (self.nr_conns >= self.worker_connections or self._held() > HELD):
            self._refuse(next(iter(self.arriving.values())))

    def _held(self) -> int:
        return sum(len(arriving.data) for arriving in self.arriving.values())

    def _leave(self, conn: TConn) -> None:
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    def _refuse(self, arriving: Arriving) -> None:
        del self.arriving[arriving.connection]
        if arriving.data:
            with suppress(OSError):
                arriving.connection.sock.send(TIMED_OUT)
        self._close(arriving.connection)

    def _close(self, conn: TConn) -> None:
        self._leave(conn)
        self.nr_conns -= 1
        conn.close()
