"""Whether somebody listens, for tests and for the bench, which has a database of its own."""

import socket
from contextlib import closing


def is_listening(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
