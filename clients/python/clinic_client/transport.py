"""Sending one request again until it is answered: a token that lasts, and waiting where the server asks for it."""

import base64
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

RENEWED_BEFORE = 60.0  # seconds before a token ends
TRIES = 6
FIRST_PAUSE = 0.5  # seconds after an answer that was lost; then twice as long each time
LEFT = re.compile(r"r=(\d+);\s*t=(\d+)")
AGAIN = (429, 502, 503, 504)
Query = Mapping[str, str | int]


class ClinicError(Exception):
    """A request that was refused. `code` is stable, `fields` says what is at fault, `error` is all that was said."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status, self.error = status, dict(body.get("error") or {})
        self.code: str = self.error.get("code", "")
        self.fields: dict[str, list[str]] = self.error.get("fields", {})
        super().__init__(f"{status} {self.code}: {body.get('meta', {}).get('message', '')} {self.fields or ''}".strip())


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> dict[str, Any]:
        found = json.loads(self.content) if self.content else {}
        return found if isinstance(found, dict) else {}


@dataclass
class Transport:
    """The way to one server. `sleep` and `clock` are those of `time`; `patience` is the longest wait in seconds."""

    base_url: str
    client_id: str
    client_secret: str
    timeout: float = 30.0
    patience: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    token: str = ""
    token_ends: float = 0.0
    free_at: float = 0.0  # when there are requests left again
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("https://", "http://")):
            raise ValueError("The address of a server begins with https://.")

    def send(
        self, method: str, path: str, *, query: Query | None = None, body: Any = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        """The answer to one request; sent again where that does nothing twice. Raises ClinicError."""
        url = path if "://" in path else f"{self.base_url.rstrip('/')}{path}"
        url = f"{url}?{urllib.parse.urlencode(query)}" if query else url
        content = None if body is None else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"} if content is not None else {}
        safe = method in ("GET", "HEAD") or "Idempotency-Key" in headers
        renewed = False
        for attempt in range(TRIES):
            sent = {**self.headers, **kind, **headers, "Authorization": f"Bearer {self.current_token()}"}
            self._wait(self.free_at - self.clock())
            last = attempt == TRIES - 1
            try:
                answer = self._open(method, url, content, sent)
            except OSError:
                if last or not safe:
                    raise
                self._wait(FIRST_PAUSE * 2**attempt)
                continue
            self._note_limits(answer)
            if answer.status == 401 and not renewed:
                self.token, renewed = "", True
            elif answer.status in AGAIN and not last and (safe or answer.status == 429):
                self._wait(_pause(answer, attempt))
            elif answer.status >= 400:
                raise ClinicError(answer.status, answer.json())
            else:
                return answer
        raise ClinicError(answer.status, answer.json())

    def current_token(self) -> str:
        """A token that lasts for a minute at least; asked for where there is none."""
        if not self.token or self.clock() > self.token_ends - RENEWED_BEFORE:
            basic = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
            form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
            headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
            answer = self._open("POST", f"{self.base_url.rstrip('/')}/o/token/", form, headers)
            if answer.status != 200:
                said = answer.json()
                raise ClinicError(
                    answer.status,
                    {"error": {"code": said.get("error", "")}, "meta": {"message": said.get("error_description", "")}},
                )
            given = answer.json()
            self.token, self.token_ends = str(given["access_token"]), self.clock() + float(given["expires_in"])
        return self.token

    def _open(self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        request = urllib.request.Request(url, data=content, headers=dict(headers), method=method)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as found:
                return Answer(found.status, dict(found.headers.items()), found.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, dict(refusal.headers.items()), refusal.read())

    def _note_limits(self, answer: Answer) -> None:
        """Where no request is left, the next one waits for the end of the window."""
        left = LEFT.search(answer.headers.get("RateLimit") or "")
        if left is not None and int(left[1]) == 0:
            self.free_at = self.clock() + float(left[2])

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self.sleep(min(seconds, self.patience))


def _pause(answer: Answer, attempt: int) -> float:
    """What `Retry-After` says, or longer each time."""
    told = answer.headers.get("Retry-After") or ""
    return float(told) if told.isdigit() else FIRST_PAUSE * 2**attempt
