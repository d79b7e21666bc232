"""Where a request came from: what trusted proxies say of it, and nothing that anybody else does."""

import logging
from ipaddress import ip_network

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from clinic.ui import addresses
from clinic.ui.addresses import client_address, counted_address

OURS = ["127.0.0.1", "::1", "10.21.0.7", "10.21.15.254", "fd00:21::7"]
NETWORKS = ["127.0.0.0/8", "::1", "10.21.0.0/20", "fd00:21::/32"]
OTHERS = ["203.0.113.7", "198.51.100.9", "2001:db8:1:2:3:4:5:6", "10.21.16.1", "192.168.1.9"]
FORGED = [*OURS, *OTHERS, "", "unknown", "_hidden", "1.2.3", "x" * 500, "127.0.0.1; 8.8.8.8", "\0", "::ffff:9.9.9.9"]


@pytest.fixture(autouse=True)
def trusted(settings):
    settings.TRUSTED_PROXIES = [ip_network(each) for each in NETWORKS]


def asked(*said, by, header="X-Forwarded-For"):
    return RequestFactory().get("/", headers={header: ", ".join(said)} if said else {}, REMOTE_ADDR=by)


@given(st.lists(st.sampled_from(FORGED), max_size=3), st.sampled_from(OTHERS), st.lists(st.sampled_from(OURS)))
def test_address_is_the_last_that_no_trusted_proxy_has(forged, client, proxies):
    """Whatever a client writes in front, and through however many proxies of ours."""
    *said, by = [client, *proxies]
    assert client_address(asked(*forged, *said, by=by) if proxies else asked(*forged, by=client)) == client


@given(st.lists(st.sampled_from(FORGED), min_size=1), st.sampled_from(OTHERS))
def test_header_of_who_is_no_proxy_is_not_read(forged, client):
    assert client_address(asked(*forged, by=client)) == client


@given(st.lists(st.sampled_from(OURS), min_size=1))
def test_way_of_proxies_alone_begins_at_the_first(proxies):
    *said, by = proxies
    assert client_address(asked(*said, by=by)) == proxies[0]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("203.0.113.7:51820", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("nobody", "127.0.0.1"),
    ],
)
def test_address_is_read_however_it_is_written(written, read):
    assert client_address(asked(written, by="127.0.0.1")) == read


def test_other_headers_say_nothing():
    for header in ("Forwarded", "X-Real-Ip", "X-Client-Ip", "Client-Ip", "True-Client-Ip", "X-Forwarded"):
        assert client_address(asked("203.0.113.7", by="127.0.0.1", header=header)) == "127.0.0.1"


def test_connection_without_an_address_has_none():
    assert (client_address(asked("203.0.113.7", by="")), counted_address(asked(by=""))) == ("", "")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ],
)
def test_address_of_ipv6_is_counted_as_its_network(address, counted):
    assert counted_address(asked(address, by="::1")) == counted


def test_proxy_that_nobody_named_is_told_once(settings, caplog):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    addresses._tell_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            client_address(asked("203.0.113.7", by="192.0.2.1"))
            client_address(asked("203.0.113.7", by="127.0.0.1"))
    said = [record.msg for record in caplog.records]
    assert [(each["event"], each["address"]) for each in said] == [("proxy_not_trusted", "192.0.2.1")]
