"""Which addresses a webhook may have: none that leads into the network that the server is in.

An address is read when it is saved and again when something is sent; a name is resolved once for each sending, every
address that it has is looked at, and the connection goes to one of those. `WEBHOOK_HOSTS_INSIDE` has the exceptions.
"""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from clinic.webhooks.models import LONGEST_URL

LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"\d+|0x[0-9a-f]*")  # a last label like this is an address in one of its old spellings
VISIBLE = re.compile(r"[!-~]*")
INSIDE_NAMES = ("localhost", "local", "internal", "home", "lan", "intranet", "arpa")
# Of IPv6 what carries an address of IPv4 in its last 32 bits, and what leads nowhere outside.
CARRIERS = [IPv6Network(each) for each in ("::ffff:0:0/96", "64:ff9b::/96", "::/96")]
CLOSED = [IPv6Network(each) for each in ("64:ff9b:1::/48", "2001::/32", "fec0::/10", "5f00::/16", "3fff::/20")]
SIX_TO_FOUR = IPv6Network("2002::/16")


class BadAddress(Exception):
    """The address cannot be a webhook's; the message is for whoever wrote it."""


class Inside(BadAddress):
    def __init__(self) -> None:
        super().__init__("This leads into the network of the record itself. Give an address of the internet.")


@dataclass(frozen=True)
class Target:
    """Where a webhook leads: `host` as the network has it, `path` with its query."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def is_let_in(self) -> bool:
        """Whether the server's settings name the host, or the host with its port, as one that may be inside."""
        return bool({self.host, f"{self.host}:{self.port}"} & settings.WEBHOOK_HOSTS_INSIDE)

    @property
    def authority(self) -> str:
        """Host and port as the header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def read_target(url: str) -> Target:
    """What an address says; raises BadAddress. No name is resolved."""
    if len(url) > LONGEST_URL:
        raise BadAddress(f"An address has at most {LONGEST_URL:,} characters.")
    parts = _parts(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    if not VISIBLE.fullmatch(path):
        raise BadAddress("Write letters of other scripts behind the host, and spaces, percent-encoded, such as %C3%A9.")
    try:
        port = parts.port
    except ValueError as error:
        raise BadAddress("A port is a number from 1 to 65535.") from error
    if port == 0:
        raise BadAddress("A port is a number from 1 to 65535.")
    secure = parts.scheme == "https"
    target = Target(secure, _host(parts.hostname or ""), port or (443 if secure else 80), path)
    if not target.is_let_in:
        _refuse_inside(target)
    return target


def _parts(url: str) -> SplitResult:
    """The address in its parts; raises BadAddress for what no address of ours has."""
    if any(sign.isspace() or not sign.isprintable() for sign in url):
        raise BadAddress("Leave out spaces and line ends.")
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname)
    except ValueError as error:
        raise BadAddress("Write an address such as https://example.org/hooks.") from error
    if parts.scheme not in ("https", "http") or not has_host:
        raise BadAddress(
            "Write an address that begins with https:// and has a host, such as https://example.org/hooks."
        )
    if "@" in parts.netloc:
        raise BadAddress("Leave out name and password: what is sent is signed.")
    if parts.fragment or url.endswith("#"):
        raise BadAddress("Leave out what begins with #: it is never sent.")
    if "\\" in url:
        raise BadAddress("Write / in place of \\.")
    return parts


def _host(text: str) -> str:
    """A host's name or address as the network has it; raises BadAddress."""
    try:
        if ":" in text:
            return str(IPv6Address(text))
        host = text.removesuffix(".").encode("idna").decode().lower()
    except ValueError as error:
        raise BadAddress("This host's name cannot be.") from error
    labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(host))
        except ValueError as error:
            raise BadAddress("Write the address of a host as four numbers from 0 to 255.") from error
    if len(host) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise BadAddress("This host's name cannot be.")
    return host


def _refuse_inside(target: Target) -> None:
    if not target.secure:
        raise BadAddress("Write an address that begins with https://: nothing is sent in the clear.")
    try:
        literal = ip_address(target.host)
    except ValueError:
        labels = target.host.split(".")
        if len(labels) == 1 or labels[-1] in INSIDE_NAMES:
            raise Inside from None
    else:
        if not is_public(literal):
            raise Inside


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet, whatever it carries inside."""
    if isinstance(address, IPv6Address):
        number = int(address)
        if any(address in network for network in CARRIERS):
            return is_public(IPv4Address(number & 0xFFFF_FFFF))
        if address in SIX_TO_FOUR:
            return is_public(IPv4Address(number >> 80 & 0xFFFF_FFFF))
        if address.scope_id or any(address in network for network in CLOSED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve(target: Target) -> list[tuple[socket.AddressFamily, Any]]:
    """Where to connect to, by numbers; raises Inside where any of them is not of the internet, and OSError."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    if not target.is_let_in and not all(is_public(ip_address(place[0])) for *_, place in found):
        raise Inside
    return [(family, place) for family, *_, place in found]
