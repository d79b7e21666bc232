"""A request whose body ends early is refused: a form that was cut off must not be saved as if it were whole."""

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class WholeBody:
    """The body of a request. Django asks for no more than there should be, and takes less for the end."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.readline = stream.readline

    def read(self, size: int) -> bytes:
        """Read so many bytes; raises OSError where the connection ends before."""
        data: bytes = self._stream.read(size)
        if len(data) < size:
            raise OSError("The connection ended before the whole body had arrived.")
        return data


def whole_bodies(application: Application) -> Application:
    """The WSGI application, for requests that arrive whole."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = WholeBody(environ["wsgi.input"])
        return application(environ, start_response)

    return answer
