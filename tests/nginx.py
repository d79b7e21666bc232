"""Debian's nginx as a process of its own, with what a test has it serve."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import PATIENCE
from tests.serving import wait_for

MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/pid;
error_log stderr emerg;
events {{ worker_connections 2000; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {http}
}}
"""


@contextmanager
def nginx_with(http: str, folder: Path, port: int) -> Iterator[None]:
    """nginx with these lines of its `http`, which has it listen at the port; it ends well and says nothing."""
    user = "user root;" if os.geteuid() == 0 else ""  # who else could read the test's folder
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, http=http, user=user))
    command = [os.environ["NGINX_PROGRAM"], "-c", folder / "nginx.conf", "-e", "stderr"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        wait_for(port, process)
        yield
    finally:
        process.terminate()
        said = process.communicate(timeout=PATIENCE)[1]
        assert (process.returncode, said) == (0, b"")
