"""Public https addresses only, no redirects, and an end to everything: SSO-06 and SSO-07."""

import socket
from datetime import timedelta

import pytest

from local.providers.keys import public, rsa
from portico.aws import deadline
from portico.errors import TryLater
from portico.sso.discovery import Discovery, Misconfigured, session
from portico.sso.public_addresses import NotPublic, check_url, is_public
from portico.sso.transport import ProviderAway

PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "198.18.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "::10.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
]


class TestAnAddress:
    @pytest.mark.parametrize("address", PRIVATE)
    def test_sso_07_that_is_not_public_is_known(self, address):
        assert not is_public(address)

    @pytest.mark.parametrize(
        "address",
        ["8.8.8.8", "20.190.128.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"],
    )
    def test_that_is_public_is_known(self, address):
        assert is_public(address)


class TestAUrl:
    @pytest.mark.parametrize(
        "url",
        [
            "http://login.example.com/",
            "http://127.0.0.1/",
            "http://localhost/",
            "file:///etc/passwd",
            "ftp://example.com/",
            "gopher://example.com/",
            "https:///path",
            "https://",
            "//example.com",
            "",
            "https://user:secret@example.com/",
            "https://example.com/#fragment",
            "https://127.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://10.0.0.1:8443/",
        ],
    )
    def test_sso_07_is_refused(self, url):
        with pytest.raises(NotPublic):
            check_url(url, loopback=False)

    @pytest.mark.parametrize(
        "url", ["https://login.example.com/x", "https://example.com:8443/x?y=z", "https://8.8.8.8/"]
    )
    def test_of_the_public_internet_is_taken(self, url):
        assert check_url(url, loopback=False) == url

    @pytest.mark.parametrize(
        "url",
        ["http://example.com/", "http://127.0.0.1.example.com/", "http://10.0.0.1/", "file:///"],
    )
    def test_on_a_laptop_is_https_or_loopback(self, url):
        with pytest.raises(NotPublic):
            check_url(url, loopback=True)


@pytest.fixture
def names(monkeypatch):
    """What names lead to: a list of answers for each, the last of which stays."""
    known: dict[str, list] = {}
    asked = []

    def getaddrinfo(host, port, *_, **__):
        asked.append(host)
        answers = known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    known["asked"] = asked
    return known


@pytest.fixture
def connected_to(monkeypatch):
    """Every address that a socket was sent to; none is reached."""
    addresses = []

    class Nowhere:
        def __init__(self, *_):
            pass

        def settimeout(self, _):
            pass

        def connect(self, address):
            addresses.append(address[0])
            raise OSError("nowhere")

        def close(self):
            pass

    monkeypatch.setattr(socket, "socket", Nowhere)
    return addresses


def get(url):
    with session(loopback=False) as http:
        return http.get(url)


class TestAName:
    @pytest.mark.parametrize("address", PRIVATE)
    def test_sso_07_that_leads_to_a_private_address_is_not_asked(
        self, names, connected_to, address
    ):
        names["evil.example"] = [[address]]

        with pytest.raises(ProviderAway):
            get("https://evil.example/")
        assert connected_to == []

    def test_sso_07_that_leads_there_among_others_is_not_asked(self, names, connected_to):
        names["evil.example"] = [["8.8.8.8", "10.0.0.1"]]

        with pytest.raises(ProviderAway):
            get("https://evil.example/")
        assert connected_to == []

    def test_sso_07_is_looked_up_once_and_that_answer_is_used(self, names, connected_to):
        # The second answer is the private one: nobody asks a second time.
        names["evil.example"] = [["8.8.8.8"], ["127.0.0.1"]]

        with pytest.raises(ProviderAway):
            get("https://evil.example/")
        assert connected_to == ["8.8.8.8"]
        assert names["asked"] == ["evil.example"]

    def test_sso_07_that_leads_there_the_second_time_is_not_asked_again(self, names, connected_to):
        names["evil.example"] = [["8.8.8.8"], ["169.254.169.254"]]

        for _ in range(2):
            with pytest.raises(ProviderAway):
                get("https://evil.example/")
        assert connected_to == ["8.8.8.8"]

    @pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "017700000001", "127.1"])
    def test_sso_07_that_is_a_number_in_disguise_is_not_asked(self, connected_to, host):
        # The real look-up: it reads these as 127.0.0.1.
        with pytest.raises(ProviderAway):
            get(f"https://{host}/")
        assert connected_to == []

    def test_with_an_address_out_of_reach_is_tried_at_the_next(self, names, connected_to):
        names["login.example"] = [["2606:4700::1111", "8.8.8.8"]]

        with pytest.raises(ProviderAway):
            get("https://login.example/")
        assert connected_to == ["2606:4700::1111", "8.8.8.8"]

    def test_is_not_asked_by_the_way_of_a_proxy(self, names, connected_to, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        names["login.example"] = [["8.8.8.8"]]

        with pytest.raises(ProviderAway):
            get("https://login.example/")
        assert connected_to == ["8.8.8.8"]


class TestADiscoveryDocument:
    @pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
    @pytest.mark.parametrize(
        "url", ["http://example.com/", "https://169.254.169.254/", "file:///etc/passwd", None, 7]
    )
    def test_sso_07_that_names_a_private_address_is_refused(self, monkeypatch, name, url):
        discovery = reading(monkeypatch, **{name: url})

        with pytest.raises(Misconfigured) as refused:
            discovery.metadata("https://idp.example/x", issuer="https://idp.example")
        assert name in refused.value.reason

    @pytest.mark.parametrize(
        "issuer", ["https://idp.example/", "https://IDP.example", "http://idp.example", "", None, 7]
    )
    def test_sso_07_gap_3_must_name_the_issuer_to_the_letter(self, monkeypatch, issuer):
        discovery = reading(monkeypatch, issuer=issuer)

        with pytest.raises(Misconfigured) as refused:
            discovery.metadata("https://idp.example/x", issuer="https://idp.example")
        assert "issuer" in refused.value.reason

    @pytest.mark.parametrize(
        "strange",
        [
            {"id_token_signing_alg_values_supported": "RS256"},
            {"id_token_signing_alg_values_supported": 7},
            {"id_token_signing_alg_values_supported": [7, None]},
            {"id_token_signing_alg_values_supported": ["none", "HS256"]},
            {"token_endpoint_auth_methods_supported": 7},
            {"token_endpoint_auth_methods_supported": "client_secret_basic"},
        ],
    )
    def test_of_a_strange_shape_is_the_teams_to_mend(self, monkeypatch, strange):
        discovery = reading(monkeypatch, **strange)

        with pytest.raises(Misconfigured):
            discovery.metadata("https://idp.example/x", issuer="https://idp.example")


DOCUMENT = {
    "issuer": "https://idp.example",
    "authorization_endpoint": "https://idp.example/authorize",
    "token_endpoint": "https://idp.example/token",
    "jwks_uri": "https://idp.example/keys",
}


def reading(monkeypatch, **changes):
    """Discovery that has just read a document."""
    document = {**DOCUMENT, **changes}
    monkeypatch.setattr(Discovery, "_fetch", lambda *_: document)
    return Discovery()


class TestTime:
    def test_sso_06_is_asked_before_a_call(self, names, connected_to):
        deadline.start(timedelta())

        try:
            with pytest.raises(TryLater):
                get("https://login.example/")
        finally:
            deadline.start(timedelta(hours=1))
        assert names["asked"] == []

    def test_sso_06_of_one_call_is_never_more_than_what_is_left(self):
        deadline.start(timedelta(seconds=1))

        try:
            assert deadline.at_most(3.0) <= 1.0
            assert deadline.at_most(0.5) == 0.5
        finally:
            deadline.start(timedelta(hours=1))


class TestPublishedKeys:
    @pytest.mark.parametrize(
        "keys",
        [5, None, [], [5], [{}], [{"kty": "oct", "k": "c2VjcmV0", "kid": "s"}], [{"kty": "RSA"}]],
    )
    def test_of_which_none_can_be_read_are_the_teams_to_mend(self, monkeypatch, keys):
        discovery = reading(monkeypatch, keys=keys)

        with pytest.raises(Misconfigured):
            discovery.keys("https://idp.example/keys")

    @pytest.mark.parametrize(
        "other",
        [
            {"kty": "new", "kid": "other"},
            {"kty": "EC", "crv": "P-999", "x": "a", "y": "b", "kid": "other"},
            {"kty": "oct", "k": "c2VjcmV0", "kid": "other"},
            {"kty": "RSA", "n": 5, "e": "AQAB", "kid": "other"},
            "no key",
        ],
    )
    def test_that_are_not_ours_to_read_stand_in_no_ones_way(self, monkeypatch, other):
        discovery = reading(monkeypatch, keys=[other, public(rsa(0), "ours")])

        assert [key.kid for key in discovery.keys("https://idp.example/keys")] == ["ours"]
        assert discovery.key_issuer("https://idp.example/keys", "ours") is None
