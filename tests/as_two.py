"""The record as two services behind nginx, for the browser's journeys: `TEST_AS_TWO=1 pytest tests/browser`.

nginx sends each address to the service that the shipped template names. The template's limits, TLS and host name are
left out: the journeys are made without them when one process serves all, and are the same journeys here.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

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


@contextmanager
def as_two() -> Iterator[str]:
    """The address of both."""
    template = (ROOT / "deploy" / "nginx" / "clinic.conf.template").read_text()
    answered_by = re.search(r"^map \$uri \$answered_by \{.*?^\}", template, re.DOTALL | re.MULTILINE)
    assert answered_by is not None
    with (
        serving(CLINIC_SERVICES="patients") as patients,
        serving(CLINIC_SERVICES="assessments") as assessments,
        TemporaryDirectory() as folder,
    ):
        port = free_port()
        http = HTTP.format(answered_by=answered_by[0], patients=patients, assessments=assessments, port=port)
        with nginx_with(http, Path(folder), port):
            yield f"http://127.0.0.1:{port}"
