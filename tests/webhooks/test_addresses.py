"""Where a webhook may not lead: inside the network, however that is written and whatever a name resolves to."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.webhooks import addresses, sending
from clinic.webhooks.addresses import BadAddress, Inside, is_public, read_target, resolve
from clinic.webhooks.models import LONGEST_URL
from tests.webhooks.receiver import Receiver

INSIDE_NETWORKS = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.2.0/24 192.168.0.0/16
    198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    ::1/128 ::/128 fc00::/7 fe80::/10 fec0::/10 ff00::/8 2001:db8::/32 2001::/32 64:ff9b:1::/48
"""
INSIDE = [ip_network(each) for each in INSIDE_NETWORKS.split()]
PUBLIC = [ip_network(each) for each in ("1.0.0.0/8", "8.0.0.0/8", "93.0.0.0/8", "2606:2800::/32", "2a00:1450::/32")]


def within(networks):
    """Any address of any of the networks."""
    return st.sampled_from(networks).flatmap(
        lambda net: st.integers(0, net.num_addresses - 1).map(lambda number: net[number])
    )


FOURS_INSIDE = [each for each in INSIDE if each.version == 4]


@given(within(INSIDE))
def test_no_address_inside_is_public(address):
    assert not is_public(address)


@given(within(PUBLIC))
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


@given(within(FOURS_INSIDE), st.sampled_from(["::ffff:0:0", "64:ff9b::", "::"]))
def test_no_address_inside_is_public_when_another_carries_it(inside, carrier):
    assert not is_public(IPv6Address(int(IPv6Address(carrier)) | int(inside)))


@given(within(FOURS_INSIDE), st.integers(0, 2**80 - 1))
def test_no_address_inside_is_public_by_way_of_6to4(inside, rest):
    assert not is_public(IPv6Address(0x2002 << 112 | int(inside) << 80 | rest))


@given(within([each for each in PUBLIC if each.version == 4]))
def test_address_of_the_internet_is_public_when_another_carries_it(address):
    assert is_public(IPv6Address(int(IPv6Address("::ffff:0:0")) | int(address)))


@given(within(INSIDE))
def test_address_inside_is_refused_as_it_is_written(address):
    host = f"[{address}]" if address.version == 6 else str(address)
    with pytest.raises(BadAddress):
        read_target(f"https://{host}/hooks")


def as_old_spellings(address: IPv4Address) -> list[str]:
    """As inet_aton reads them: one number, of any base, or fewer than four."""
    number, parts = int(address), str(address).split(".")
    octal = ".".join(f"0{int(part):o}" for part in parts)
    return [str(number), hex(number), octal, ".".join(hex(int(part)) for part in parts), f"{parts[0]}.{number % 2**24}"]


@given(within(FOURS_INSIDE))
def test_address_inside_is_refused_in_its_old_spellings(address):
    for host in as_old_spellings(address):
        with pytest.raises(BadAddress):
            read_target(f"https://{host}/hooks")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks",
        "https://",
        "https:///hooks",
        "//example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "http://example.org/hooks",
        "https://name:word@example.org/",
        "https://@example.org/",
        "https://example.org@127.0.0.1/",
        "https://example.org:0/",
        "https://example.org:65536/",
        "https://example.org:http/",
        "https://example.org:-1/",
        "https://example.org/#part",
        "https://example.org/#",
        "https://example.org\\@127.0.0.1/",
        "https://exa mple.org/",
        "https://example.org/a b",
        "https://example.org/\r\nHost: other",
        "https://example.org/é",
        "https://localhost/",
        "https://localhost./",
        "https://db/",
        "https://db.internal/",
        "https://printer.local/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://[nonsense]/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://256.1.1.1/",
        "https://1.2.3.4.5/",
        "https://example..org/",
        "https://-example.org/",
        "https://exa_mple!.org/",
        "https://" + "a" * 64 + ".org/",
        "https://" + "a." * 200 + "org/",
        "https://example.org/" + "a" * LONGEST_URL,
        "https://\ud800.example.org/",
        "https://xn--.org/\x00",
        "https://１２７.0.0.1/",
        "https://127。0。0。1/",
        "https://ⓛocalhost/",
    ],
)
def test_address_that_cannot_be_is_refused_in_words(url):
    with pytest.raises(BadAddress) as refusal:
        read_target(url)
    assert str(refusal.value).endswith(".") or "such as" in str(refusal.value)


@given(st.text(max_size=60) | st.text("htps:/.@[]%#?\\0123456789ax-_ é。\t\n", max_size=60).map("https://{}".format))
def test_whatever_is_written_is_an_address_or_refused(url):
    try:
        target = read_target(url)
    except BadAddress:
        return
    assert (target.secure, target.host.isascii(), 0 < target.port < 65536) == (True, True, True)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://example.org", "example.org", 443, "/", "example.org"),
        ("HTTPS://Example.ORG.:8443/a?b=c", "example.org", 8443, "/a?b=c", "example.org:8443"),
        ("https://bücher.example/ü"[:-1] + "x", "xn--bcher-kva.example", 443, "/x", "xn--bcher-kva.example"),
        ("https://[2606:2800::1]/", "2606:2800::1", 443, "/", "[2606:2800::1]"),
        ("https://93.184.215.14/", "93.184.215.14", 443, "/", "93.184.215.14"),
    ],
)
def test_address_of_the_internet_is_read(url, host, port, path, authority):
    target = read_target(url)
    assert (target.host, target.port, target.path, target.authority) == (host, port, path, authority)


class Names:
    """Stands in for the network's own answers: each name by the addresses that it has, one after another."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0

    def __call__(self, host, port, **more):
        self.asked += 1
        found = self.answers.pop(0)
        family = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [(family[ip_address(each).version], socket.SOCK_STREAM, 6, "", (each, port)) for each in found]


@given(within(INSIDE), within(PUBLIC), st.booleans())
def test_name_with_one_address_inside_is_refused(inside, public, first):
    found = [str(inside), str(public)] if first else [str(public), str(inside)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", Names(found))
        with pytest.raises(Inside):
            resolve(read_target("https://receiver.example.org/"))


def test_name_that_leads_elsewhere_the_second_time_is_asked_once(settings, monkeypatch):
    with Receiver() as receiver:
        settings.WEBHOOK_HOSTS_INSIDE = {"receiver.example.org"}
        names = Names(["127.0.0.1"], ["127.0.0.2"])
        monkeypatch.setattr(socket, "getaddrinfo", names)
        answer = sending.post(f"http://receiver.example.org:{receiver.port}/", {}, b"{}")
    assert (answer, names.asked, len(receiver.received)) == (sending.Answer(200), 1, 1)
    assert receiver.received[0].headers["host"] == f"receiver.example.org:{receiver.port}"


def test_name_that_has_come_to_lead_inside_is_sent_nothing(monkeypatch):
    with Receiver() as receiver:
        monkeypatch.setattr(socket, "getaddrinfo", Names(["127.0.0.1"]))
        answer = sending.post(f"https://receiver.example.org:{receiver.port}/", {}, b"{}")
    assert (answer, receiver.received) == (sending.Answer(None, str(Inside())), [])


def test_host_is_let_in_with_its_port_or_with_any(settings):
    settings.WEBHOOK_HOSTS_INSIDE = {"10.0.0.7:8443", "receiver.lan"}
    let_in = [f"{scheme}://{host}/" for scheme in ("http", "https") for host in ("10.0.0.7:8443", "receiver.lan:9000")]
    assert [read_target(url).is_let_in for url in let_in] == [True] * 4
    for url in ("https://10.0.0.7/", "https://10.0.0.7:8444/", "https://other.lan/", "http://example.org/"):
        with pytest.raises(BadAddress):
            read_target(url)


def test_certificate_that_nobody_signed_is_not_accepted(settings):
    with Receiver() as receiver:
        settings.WEBHOOK_HOSTS_INSIDE = {receiver.host}
        receiver.reads = False
        answer = sending.post(f"https://{receiver.host}/", {}, b"{}")
    assert (answer.status, addresses.__name__, receiver.received) == (None, "clinic.webhooks.addresses", [])
