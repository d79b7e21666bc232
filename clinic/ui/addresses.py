"""Where a request came from: the one place that reads what proxies say about it."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import structlog
from django.conf import settings
from django.http import HttpRequest

log = structlog.get_logger("clinic.request")
COUNTED_PREFIX = 64  # bits of an address of IPv6 that one subscriber has


def client_address(request: HttpRequest) -> str:
    """The last address on the way of a request that is no trusted proxy; empty where nobody knows.

    "198.51.100.9, 203.0.113.7" from a trusted 127.0.0.1 is 203.0.113.7: a proxy notes at the end who connected to it,
    and what stands before that anybody may have written.
    """
    found = ""
    for text in reversed(_way(request)):
        address = _read(text)
        if address is None:
            return found
        found = str(address)
        if not _is_trusted(address):
            break
    return found


def counted_address(request: HttpRequest) -> str:
    """What is counted in place of an address: of IPv6 the network of its subscriber."""
    address = _read(client_address(request))
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, COUNTED_PREFIX), strict=False))
    return str(address or "")


def _way(request: HttpRequest) -> list[str]:
    """Everybody whom the request is said to have come by, who connected at the end."""
    connected = str(request.META.get("REMOTE_ADDR", ""))
    told = request.headers.get("X-Forwarded-For", "")
    if told and settings.SECURE_PROXY_SSL_HEADER and not _is_trusted(_read(connected)):
        _tell_once(connected)
    return [*told.split(","), connected] if told else [connected]


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """The address of a text such as "203.0.113.7", "::ffff:203.0.113.7" or "[2001:db8::1]:443"."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: IPv4Address | IPv6Address | None) -> bool:
    return address is not None and any(address in network for network in settings.TRUSTED_PROXIES)


@lru_cache(maxsize=16)
def _tell_once(connected: str) -> None:
    """Say once what else shows only when people are taken for one another."""
    log.warning("proxy_not_trusted", address=connected, hint="TRUSTED_PROXIES does not name it")
