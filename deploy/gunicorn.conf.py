"""Gunicorn's settings wherever it runs: `make run`, the container, a server of one's own."""

import logging
import os
from pathlib import Path
from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from clinic.certificate import context_of, files_in
from clinic.properties import SERVER_TLS


class Log(Logger):
    """Gunicorn's messages among Django's, without what a client sent: an address may name a patient."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.addFilter(leave_out_request)


def leave_out_request(record: logging.LogRecord) -> bool:
    for beginning in ("Invalid request", "Error handling request"):
        if str(record.msg).startswith(beginning):
            record.msg, record.args = beginning, ()
    return True


wsgi_app = "clinic.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# A thread, and with it a connection of the database, only for a request that has arrived whole.
worker_class = "clinic.ui.serving.worker.Worker"
threads = 4
# Longer than a load balancer keeps its connections (60 s as they come), which would else use one that was just closed.
keepalive = 75
# As long an address as nginx passes on; what is longer than the record takes it refuses itself, in words.
limit_request_line = 8190
preload_app = True
# The heartbeat file is touched every second, so it belongs in memory; also where the rest is read-only.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
# TLS between the record and nginx or a balancer.
if SERVER_TLS:
    certfile, keyfile = map(str, files_in(Path(SERVER_TLS)))
logger_class = Log
accesslog = None  # `clinic.ui.requests` logs each request by its path


def ssl_context(conf: Config, default: Any) -> Any:
    return context_of(Path(conf.certfile).parent)


def on_starting(server: Any) -> None:
    """Metrics are counted in files that the workers share; the package is loaded where it is used alone."""
    from clinic.tenancy.work.watching import prepare

    prepare()


def post_worker_init(worker: Any) -> None:
    from clinic.tenancy.work.watching import watch

    watch()


def on_exit(server: Any) -> None:
    from clinic.metrics.counting import remove_folder

    remove_folder()
