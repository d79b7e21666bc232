"""The least that a list page can cost: WSGI without a framework, psycopg2, and the very statements that ours sends.

It checks the same session in the same way, opens the same scope and reads the same rows; each row is put into the
page by an f-string. What it leaves out is everything that a framework does.
"""

import json
import os
from collections.abc import Callable, Iterable
from html import escape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

import psycopg2
import psycopg2.extensions

from clinic.accounts.sessions import stored_key

psycopg2.extensions.register_type(psycopg2.extensions.UNICODE)
SHOWN = ("record_number", "date_of_birth", "gender", "last_score", "last_band", "next_due_on")


class Floor:
    """Answers addresses of which `recorded` tells the messages to PostgreSQL, and what stands around the rows."""

    def __init__(self, recorded: dict[str, Any]) -> None:
        self.recorded = recorded
        self.connection = psycopg2.connect(os.environ["DATABASE_URL"])
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> "Answer":
        fragment = environ.get("HTTP_HX_REQUEST", "")
        asked = self.recorded[f"{fragment}{environ['PATH_INFO']}?{environ['QUERY_STRING']}"]
        who, *messages = asked["messages"]
        cookie = SimpleCookie(environ["HTTP_COOKIE"])
        self.cursor.execute(who)
        keys = {stored_key(morsel.value) for morsel in cookie.values()}
        session = dict(
            zip([column.name for column in self.cursor.description], self.cursor.fetchone() or (), strict=False)
        )
        if session.get("session_key") not in keys or not session["is_active"]:
            start_response("403 Forbidden", [])
            return Answer(b"")
        rows: list[dict[str, Any]] = []
        for message in messages:
            self.cursor.execute(message)
            if self.cursor.description:
                names = [column.name for column in self.cursor.description]
                found = [dict(zip(names, row, strict=True)) for row in self.cursor.fetchall()]
                rows = found if "full_name" in names else rows
        made = lines_of(rows) if asked["html"] else json.dumps(rows, default=str)
        body = f"{asked['top']}{made}{asked['bottom']}".encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return Answer(body)


def lines_of(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(
        f'<tr role="row"><td class="tick"><label><input type="checkbox" name="id" value="{row["id"]}"></label>'
        f'</td><th scope="row"><a href="/patients/{quote(str(row["id"]))}/">{escape(row["full_name"])}</a></th>'
        + "".join(f"<td>{escape(str(row[name]))}</td>" for name in SHOWN if name in row)
        + f"<td>{escape(str(row['display_name']))}</td></tr>"
        for row in rows
    )


class Answer(list[bytes]):
    """A body as WSGI has it."""

    def __init__(self, body: bytes) -> None:
        super().__init__([body])

    def close(self) -> None:
        """Nothing was opened for one answer alone."""
