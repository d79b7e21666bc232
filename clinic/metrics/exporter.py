"""Answering Prometheus, on a port that is never the record's.

Of several processes the first one that gets the port answers for all; the others take it over when that one ends.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ssl import SSLContext
from typing import Any

import structlog

from clinic.metrics import counting
from clinic.metrics.declared import Metric

log = structlog.get_logger("clinic.metrics")
AGAIN = 1.0  # seconds until a process tries again to get the port
SILENT = 5.0  # seconds for a client to say what it wants

Figure = tuple[Metric, tuple[str, ...], float]
Figures = Callable[[], Iterable[Figure]]


def serve_beside(host: str, port: int, figures: Figures, tls: SSLContext | None) -> None:
    """Count in this process, and answer in a thread of it."""
    counting.begin()
    threading.Thread(target=_serve, args=(host, port, _answering(figures), tls), daemon=True).start()


def _serve(host: str, port: int, handler: type[BaseHTTPRequestHandler], tls: SSLContext | None) -> None:
    said = False
    while True:
        try:
            with HTTPServer((host, port), handler) as server:
                if tls is not None:
                    # The handshake is the first thing that is read, within the handler's time.
                    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
                log.info("metrics_served", port=port)
                server.serve_forever()
        except OSError as error:
            if not said:
                log.info("metrics_wait", port=port, why=error.strerror)
            said = True
            time.sleep(AGAIN)


class Gauges:
    """What the package asks for figures."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        families: dict[Metric, Any] = {}
        for metric, labels, value in self.figures():
            if metric not in families:
                families[metric] = GaugeMetricFamily(metric.name, metric.says, labels=metric.labels)
            families[metric].add_metric(labels, value)
        yield from families.values()


def written(figures: Figures) -> bytes:
    """All of it, as Prometheus reads it."""
    from prometheus_client import CollectorRegistry, generate_latest, multiprocess

    registry = CollectorRegistry()
    package: Any = multiprocess
    package.MultiProcessCollector(registry, path=os.environ[counting.FOLDER])
    registry.register(Gauges(figures))
    return generate_latest(registry)


def _answering(figures: Figures) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = SILENT

        def do_GET(self) -> None:
            if self.path != "/metrics":
                self.send_error(404)
                return
            try:
                body = written(figures)
            except Exception as error:
                log.error("metrics_failed", why=type(error).__qualname__)
                self.send_error(500)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return None

    return Handler
