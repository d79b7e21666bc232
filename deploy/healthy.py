"""A container's health check: `python deploy/healthy.py /readyz` fails unless the server here answers 200."""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
connection.request("GET", sys.argv[1])
response = connection.getresponse()
sys.exit(0 if response.status == 200 else f"{response.status} {response.reason}")
