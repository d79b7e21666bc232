"""The record as two services behind nginx, for the browser's journeys: `TEST_AS_TWO=1 pytest tests/browser`.

nginx sends each address to the service that the shipped template names. The template's limits, TLS and host name are
left out: the journeys are made without them when one process serves all, and are the same journeys here.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.nginx import nginx_with
from tests.ports import free_port
from tests.postgres import ROOT
from tests.serving import serving

HTTP = """
access_log off;
{answered_by}
upstream clinic_record {{ server 127.0.0.1:{patients}; }}
upstream clinic_assessments {{ server 127.0.0.1:{assessments}; }}
server {{
    listen 127.0.0.1:{port};
    client_max_body_size 0;
    location / {{
        proxy_pass http://$answered_by;
        proxy_set_header Host $http_host;
    }}
}}
"""


def is_asked_for() -> bool:
    return bool(os.environ.get("TEST_AS_TWO"))


@contextmanager
def served_under(server: str, settings: Any, properties: dict[str, str], **values: Any) -> Iterator[str]:
    """The address of the record under other settings: of two services that have these properties, or, where one
    process of the tests serves all, of that one with the same as `values`.
    """
    if is_asked_for():
        with as_two(**properties) as address:
            yield address
        return
    for name, value in values.items():
        setattr(settings, name, value)
    yield server


@contextmanager
def as_two(**properties: str) -> Iterator[str]:
    """The address of both."""
    template = (ROOT / "deploy" / "nginx" / "clinic.conf.template").read_text()
    answered_by = re.search(r"^map \$uri \$answered_by \{.*?^\}", template, re.DOTALL | re.MULTILINE)
    assert answered_by is not None
    with (
        serving(CLINIC_SERVICES="patients", **properties) as patients,
        serving(CLINIC_SERVICES="assessments", **properties) as assessments,
        TemporaryDirectory() as folder,
    ):
        port = free_port()
        http = HTTP.format(answered_by=answered_by[0], patients=patients, assessments=assessments, port=port)
        with nginx_with(http, Path(folder), port):
            yield f"http://127.0.0.1:{port}"
